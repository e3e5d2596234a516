"""Files at rest: nothing can be cut, added, swapped or changed without notice."""

from __future__ import annotations

import io
import os
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwang.kernel.privacy import CellRefused, KeyRefused, open_stream, seal_stream
from shouwang.kernel.privacy.rotation import start_rotation
from shouwang.kernel.privacy.streams import CHUNK, HEAD, TAG, key_of_stream

pytestmark = pytest.mark.usefixtures("vault")
STEP = CHUNK + TAG


def sealed(data: bytes, context: bytes = b"") -> bytes:
    out = io.BytesIO()
    assert seal_stream(io.BytesIO(data), out, context=context) == len(data)
    return out.getvalue()


def opened(file: bytes, context: bytes = b"", data_class: str = "files") -> bytes:
    return b"".join(open_stream(io.BytesIO(file), data_class, context=context))


@pytest.mark.parametrize("cipher", ["sm4", "aes256"])
@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
def test_round_trip_at_the_edges_of_chunks(size: int, cipher: str, settings: Any) -> None:
    if cipher != settings.SHOUWANG_CIPHER:
        settings.SHOUWANG_CIPHER = cipher
        start_rotation(["files"], timezone.now())
    data = os.urandom(size)
    file = sealed(data)
    assert file[4] == (1 if cipher == "sm4" else 2)
    assert opened(file) == data
    assert len(file) == HEAD + size + TAG * max(1, -(-size // CHUNK))


class Dripping(io.RawIOBase):
    """A source that gives a few bytes at a time, as a socket does."""

    def __init__(self, data: bytes) -> None:
        self.left = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self.left.read(min(size, 1000) if size > 0 else size)


def test_a_source_that_drips_seals_the_same() -> None:
    data, out = os.urandom(CHUNK + 5), io.BytesIO()
    seal_stream(Dripping(data), out)  # type: ignore[arg-type]  # read() is all that is used
    assert opened(out.getvalue()) == data
    assert b"".join(open_stream(Dripping(out.getvalue()))) == data  # type: ignore[arg-type]  # the same


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=40), place=st.integers(0, 200), bit=st.integers(0, 7))
def test_a_change_of_any_byte_is_noticed(data: bytes, place: int, bit: int) -> None:
    file = bytearray(sealed(data))
    file[place % len(file)] ^= 1 << bit
    with pytest.raises((CellRefused, KeyRefused)):
        opened(bytes(file))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 2 * STEP + HEAD + 10))
def test_a_cut_anywhere_is_noticed(cut: int) -> None:
    file = sealed(bytes(2 * CHUNK + 9))
    with pytest.raises(CellRefused):
        opened(file[: min(cut, len(file) - 1)])


@pytest.mark.parametrize("keep", [HEAD, HEAD + STEP, HEAD + 2 * STEP])
def test_a_cut_between_chunks_is_noticed(keep: int) -> None:
    with pytest.raises(CellRefused, match="截断"):
        opened(sealed(bytes(2 * CHUNK + 9))[:keep])


def test_swapped_doubled_missing_and_added_chunks_are_noticed() -> None:
    file = sealed(os.urandom(3 * CHUNK))
    head, chunks = file[:HEAD], [file[HEAD + n * STEP : HEAD + (n + 1) * STEP] for n in range(3)]
    orders = [(1, 0, 2), (0, 0, 1, 2), (0, 2), (1, 2), (0, 1, 2, 2), (2,)]
    for order in orders:
        with pytest.raises(CellRefused):
            opened(head + b"".join(chunks[n] for n in order))
    for tail in (b"\0", bytes(TAG), bytes(STEP)):
        with pytest.raises(CellRefused):
            opened(file + tail)


def test_chunks_of_two_files_do_not_mix() -> None:
    one, two = sealed(bytes(10)), sealed(bytes(10))
    with pytest.raises(CellRefused):
        opened(one[:HEAD] + two[HEAD:])


def test_another_context_does_not_open() -> None:
    file = sealed(b"scan", context=b"attachment 1")
    assert opened(file, b"attachment 1") == b"scan"
    for other in (b"", b"attachment 2"):
        with pytest.raises(CellRefused, match="第 1 块校验未通过"):
            opened(file, other)


def test_each_chunk_is_given_only_after_it_is_verified() -> None:
    file = bytearray(sealed(bytes(3 * CHUNK)))
    file[HEAD + STEP + 5] ^= 1
    reader = open_stream(io.BytesIO(bytes(file)))
    assert next(reader) == bytes(CHUNK)
    with pytest.raises(CellRefused, match="第 2 块"):
        next(reader)


def test_heads_that_are_not_ours() -> None:
    file = sealed(b"x")
    for wrong, words in ((b"PK\3\4" + file[4:], "不是本系统的加密文件"), (file[:3] + b"\2" + file[4:], "格式版本 2")):
        with pytest.raises(CellRefused, match=words):
            opened(wrong)
    with pytest.raises(CellRefused, match="算法不一致"):
        opened(file[:4] + b"\2" + file[5:])
    with pytest.raises(KeyRefused, match="不在本系统的密钥表中"):
        opened(file[:5] + bytes(4) + file[9:])
    with pytest.raises(KeyRefused, match="“files”类数据密钥，此处应为“case”类"):
        opened(file, data_class="case")


def test_a_file_of_a_retired_key_still_opens() -> None:
    file = sealed(b"old")
    start_rotation(["files"], timezone.now())
    new = sealed(b"new")
    assert key_of_stream(io.BytesIO(file)) != key_of_stream(io.BytesIO(new))
    assert (opened(file), opened(new)) == (b"old", b"new")


def test_two_seals_of_one_file_share_no_bytes_after_the_key_id() -> None:
    one, two = sealed(bytes(64)), sealed(bytes(64))
    assert one[:9] == two[:9] and one[9:HEAD] != two[9:HEAD] and one[HEAD:] != two[HEAD:]
