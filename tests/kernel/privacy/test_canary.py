"""The canary search finds every form it claims to: each is a positive control."""

from __future__ import annotations

import base64
import gzip
import io
import json
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest

from shouwang.kernel.privacy.normal import check_character
from tests.support.canary import Canary, plant, search

CANARIES = plant(3, seed=7)
ID, PHONE, _, NAME = CANARIES[:4]
# Enough digits for a compressor to code them; a short text it would store as it is.
DIGITS = "".join(Random(1).choices("0123456789", k=4000)).encode()  # noqa: S311 - filler


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("harmless.txt", "nothing here")
        archive.writestr(name, data)
    return out.getvalue()


def parquet(data: bytes) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    table = pa.table({"a": [1, 2], "b": [DIGITS.decode(), data.decode()]})
    pq.write_table(table, out, compression="zstd", write_statistics=False, use_dictionary=False)
    return out.getvalue()


def zstd(data: bytes) -> bytes:
    import pyarrow as pa

    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as stream:
        stream.write(DIGITS + data)
    return bytes(out.getvalue())


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda b: b"\0\1" + b + b"\2",
    "zip:xl/sheet1.xml": lambda b: zipped("xl/sheet1.xml", b * 3),
    "gzip": lambda b: b"page\0" + gzip.compress(b * 20) + b"rest of the page",
    "zlib": lambda b: b"stream\n" + zlib.compress(b * 20) + b"\nendstream",
    "zstd": zstd,
    "parquet:b": parquet,
    "base64": lambda b: b"data:;base64," + base64.b64encode(b"ab" + b + b"c"),
    "base64 url": lambda b: b"token=" + base64.urlsafe_b64encode(b"\xff\xfe" + b + b"\xfb"),
    "base64 lines": lambda b: base64.encodebytes(b"x" * 50 + b + b"y" * 90),
    "base64 stuck to text": lambda b: b"abc" + base64.b64encode(b),
    "hex": lambda b: b"X'" + b.hex().encode() + b"'",
    "hex upper, shifted": lambda b: b"F" + b.hex().upper().encode() + b"0",
    "percent": lambda b: b"GET /?q=" + "".join(f"%{c:02X}" for c in b).encode() + b" HTTP/1.1",
    "gzip > base64": lambda b: gzip.compress(b"payload: " + base64.b64encode(b)),
    "base64 > zip:a > hex": lambda b: base64.b64encode(zipped("a", b.hex().encode())),
    "hex > gzip": lambda b: gzip.compress(b).hex().encode(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("canary", [ID, PHONE], ids=["id", "phone"])
def test_a_planted_canary_is_found_in(form: str, canary: Canary, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    file = tmp_path / "deep" / "file"
    file.write_bytes((b"" if form == "parquet:b" else b"first ") + FORMS[form](canary.text.encode()))
    hits = search([tmp_path], CANARIES)
    assert {h.canary for h in hits} == {canary}
    assert {h.path for h in hits} == {str(file)}
    ways = {h.via for h in hits}
    assert ways & {form, form.split(" ")[0]}
    assert form == "plain" or "plain" not in ways, "the form does not hide the canary, so it proves nothing"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "gb18030"])
def test_a_name_is_found_in_each_encoding(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(f"户主{NAME.text}户".encode(encoding))
    assert [h.canary for h in search([tmp_path / "a"], CANARIES)] == [NAME]


def test_a_name_is_found_behind_json_and_percent_escapes(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"name": f"a {NAME.text}"}))
    (tmp_path / "b.log").write_text("/search?q=" + quote(NAME.text))
    hits = search([tmp_path], CANARIES)
    assert {(h.canary, Path(h.path).name, h.via) for h in hits} == {(NAME, "a.json", "escape"), (NAME, "b.log", "percent")}


def test_a_database_and_its_log_are_read_raw(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "db.sqlite3")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE t (a, b)")
    connection.execute("INSERT INTO t VALUES (?, ?)", (PHONE.text, gzip.compress(ID.text.encode())))
    connection.commit()
    hits = search([tmp_path], CANARIES)
    connection.close()
    assert {(h.canary, Path(h.path).name) for h in hits} == {(PHONE, "db.sqlite3-wal"), (ID, "db.sqlite3-wal")}


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    others = plant(3, seed=8)
    (tmp_path / "a").write_bytes(b" ".join(f(c.text.encode()) for c in others for f in FORMS.values()))
    assert search([tmp_path], CANARIES) == []


def test_broken_and_hostile_containers_are_passed_over(tmp_path: Path) -> None:
    whole = zipped("a", ID.text.encode() * 50)
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2] + whole[-22:])
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"x" * 100_000 + b"end")[:30])
    (tmp_path / "false.parquet").write_bytes(b"PAR1 is no table PAR1")
    (tmp_path / "false.zst").write_bytes(b"\x28\xb5\x2f\xfd no frame")
    (tmp_path / "false.zlib").write_bytes(b"\x78\x9c no stream")
    assert search([tmp_path], CANARIES) == []


def test_canaries_are_unique_repeatable_and_well_formed() -> None:
    many = plant(100, seed=1)
    assert len({c.text for c in many}) == 400 and many == plant(100, seed=1) and many != plant(100, seed=2)
    for canary in many:
        if canary.kind == "id_number":
            assert canary.text[17] == check_character(canary.text[:17]) and canary.text[6:10] == "1900"
