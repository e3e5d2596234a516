"""Canaries: made-up ID numbers and phones that are planted in a run and then looked for in everything it left behind.

The search reads raw bytes and unpacks what it meets (zip, gzip, zlib, zstd, Parquet, base64, hex, percent and \\u escapes), again in what
came out, so that a leak is found in a dump, a log, a cookie, an xlsx in a job argument. tests/kernel/privacy/test_canary.py holds a
positive control for each form.
"""

from __future__ import annotations

import base64
import binascii
import io
import random
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from shouwang.kernel.privacy.normal import check_character

DEPTH = 5
# No form of a canary is shorter, so no layer need be looked at that is.
SHORTEST = 8
# No file of a test run is larger once unpacked; a bomb stops here.
INFLATED_MAX = 256 * 1024 * 1024
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-](?:[A-Za-z0-9+/_-]|[\r\n]+(?=[A-Za-z0-9+/_-])){14,}={0,2}")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}){11,}")
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_UNICODE = re.compile(rb"\\u([0-9A-Fa-f]{4})")
_GZIP = re.compile(rb"\x1f\x8b\x08")
_ZSTD = re.compile(rb"\x28\xb5\x2f\xfd")
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")


@dataclass(frozen=True, slots=True)
class Canary:
    """A text that occurs nowhere but where it was planted; `kind` is id_number, phone, bank_card or name."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A canary found: where, and through which layers ("zip:a.xml > base64")."""

    canary: Canary
    path: str
    via: str


def plant(count: int, seed: int, *, region: str = "440513", birth_year: int = 1900) -> list[Canary]:
    """`count` ID numbers with true check characters, phones, cards and names of rare characters; nobody living was born in 1900.

    The same seed gives the same canaries.
    """
    draw, out = random.Random(seed), []  # noqa: S311 - test data, repeatable
    for number in draw.sample(range(1000), count):
        body = f"{region}{birth_year}{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}{number:03d}"
        out.append(Canary("id_number", body + check_character(body)))
        out.append(Canary("phone", f"19{draw.randrange(10**9):09d}"))
        out.append(Canary("bank_card", f"62{draw.randrange(10**17):017d}"))
        out.append(Canary("name", "龘" + "".join(chr(draw.randrange(0x9D00, 0x9F00)) for _ in range(3))))
    return out


def search(paths: Iterable[Path], canaries: Sequence[Canary]) -> list[Hit]:
    """Every canary found in the files, and in all files below folders; each once per file and way."""
    needles = [(c, n) for c in canaries for n in _needles(c)]
    found: dict[Hit, None] = {}
    for path in paths:
        for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
            for canary, via in search_bytes(file.read_bytes(), needles):
                found[Hit(canary, str(file), via)] = None
    return list(found)


def _needles(canary: Canary) -> list[bytes]:
    encodings = ["utf-8", "utf-16-le", "utf-16-be"]
    return [canary.text.encode(e) for e in encodings] + ([canary.text.encode("gb18030")] if not canary.text.isascii() else [])


def search_bytes(data: bytes, needles: Sequence[tuple[Canary, bytes]]) -> Iterator[tuple[Canary, str]]:
    """(canary, way) of each find in the bytes and in what they unpack to."""
    for layer, via in _layers(data, "", DEPTH):
        for canary, needle in needles:
            if needle in layer:
                yield canary, via or "plain"


def _layers(data: bytes, via: str, depth: int) -> Iterator[tuple[bytes, str]]:
    yield data, via
    if depth:
        for inner, name in _unpacked(data):
            if len(inner) >= SHORTEST:
                yield from _layers(inner, f"{via} > {name}" if via else name, depth - 1)
        # These rewrite the whole and would unpack all of it again: they are only searched.
        for inner, name in _rewritten(data):
            yield from _layers(inner, f"{via} > {name}" if via else name, 0)


def _unpacked(data: bytes) -> Iterator[tuple[bytes, str]]:
    yield from _zip(data)
    yield from _compressed(memoryview(data))
    yield from _parquet(data)
    for run in _BASE64.findall(data):
        yield from _base64(re.sub(rb"[\r\n]+", b"", run))
    for run in _HEX.findall(data):
        yield binascii.unhexlify(run), "hex"
        yield binascii.unhexlify(run[1:-1]), "hex"


def _rewritten(data: bytes) -> Iterator[tuple[bytes, str]]:
    if _PERCENT.search(data):
        yield unquote_to_bytes(data), "percent"
    if _UNICODE.search(data):
        yield _UNICODE.sub(_unescaped, data), "escape"


def _unescaped(match: re.Match[bytes]) -> bytes:
    return chr(int(match[1], 16)).encode("utf-8", "surrogatepass")


def _zip(data: bytes) -> Iterator[tuple[bytes, str]]:
    if b"PK\x05\x06" not in data:
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                yield archive.open(entry).read(INFLATED_MAX), f"zip:{entry.filename}"
    except (zipfile.BadZipFile, RuntimeError, zlib.error, EOFError):
        return


def _compressed(data: memoryview) -> Iterator[tuple[bytes, str]]:
    """gzip, zlib and zstd streams wherever one begins: in a database page as in a file."""
    for found in _GZIP.finditer(data):
        yield _inflate(data[found.start() :], 31), "gzip"
    for found in _ZLIB.finditer(data):
        yield _inflate(data[found.start() :], 15), "zlib"
    for found in _ZSTD.finditer(data):
        yield _zstd(data[found.start() :]), "zstd"


def _inflate(data: memoryview, window: int) -> bytes:
    """What a stream gives until it ends or breaks."""
    stream, out = zlib.decompressobj(window), bytearray()
    try:
        for at in range(0, len(data), 65_536):
            out += stream.decompress(data[at : at + 65_536], INFLATED_MAX)
            if stream.eof or len(out) > INFLATED_MAX:
                break
    except zlib.error:
        pass
    return bytes(out)


def _zstd(data: memoryview) -> bytes:
    import pyarrow as pa  # heavy, and only where there is something to unpack

    out = bytearray()
    try:
        with pa.input_stream(pa.BufferReader(data), compression="zstd") as stream:
            while (part := stream.read(65_536)) and len(out) < INFLATED_MAX:
                out += part
    except OSError:
        pass
    return bytes(out)


def _parquet(data: bytes) -> Iterator[tuple[bytes, str]]:
    if not (data.startswith(b"PAR1") and data.endswith(b"PAR1")):
        return
    import pyarrow as pa  # heavy, and only where there is something to unpack
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError):
        return
    for name, column in zip(table.column_names, table.columns, strict=True):
        values = (v if isinstance(v, bytes) else str(v).encode() for v in column.to_pylist())
        yield b"\n".join(values), f"parquet:{name}"


def _base64(run: bytes) -> Iterator[tuple[bytes, str]]:
    """The run decoded from each of four starts: text stuck to its front shifts the groups."""
    plain = run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    for shift in range(4):
        piece = plain[shift:]
        piece = piece[: len(piece) - (len(piece) % 4 == 1)]
        yield base64.b64decode(piece + b"=" * (-len(piece) % 4)), "base64"


__all__ = ["Canary", "Hit", "plant", "search", "search_bytes"]
