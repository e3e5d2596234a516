"""Whole columns of numbers and names into what can be joined and compared: check digits, 15 → 18, keys by sound and by shape."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from numpy.typing import NDArray

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = np.frombuffer("10X98765432".encode("utf-32-le"), dtype=np.uint32)
LONGEST = 12  # characters of a name that take part in its key
READINGS = 2  # of a surname: more than two are in nobody's spelling
FACTOR = np.uint64(0x9E3779B97F4A7C15)
Points = NDArray[np.uint32]


def numbers(texts: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Identity numbers as they are compared, and whether each is whole: 15 digits raised to 18, spaces and hyphens gone, X upper case.

    Whole = 17 digits, a date and the right check character (GB 11643-1999). The district code is not looked at: abolished ones stay valid.
    """
    said = pc.utf8_upper(pc.replace_substring_regex(pc.fill_null(texts.cast(pa.string()), ""), r"[\s\-]+", ""))
    digits, length = _digits(said)
    numeric = (digits >= 0) & (digits <= 9)
    old = (length == 15) & numeric[:, :15].all(axis=1)
    whole = (length == 18) & numeric[:, :17].all(axis=1)
    whole &= dated(digits) & (_check(digits) == digits[:, 17] + 48)
    if old.any():
        raised = np.hstack([digits[old, :6], np.tile(np.array([1, 9], np.int16), (old.sum(), 1)), digits[old, 6:15]])
        points = np.hstack([raised + 48, _check(raised)[:, None]]).astype(np.uint32)
        said = pc.replace_with_mask(said, pa.array(old), pa.array(np.ascontiguousarray(points).view("<U18")[:, 0].tolist()))
        whole[old] = dated(raised)
    return pc.if_else(pc.equal(said, ""), pa.scalar(None, pa.string()), said), pa.array(whole)


def _digits(said: pa.Array) -> tuple[NDArray[np.int16], NDArray[np.int64]]:
    """(n, 18) digits (anything else is no digit) and the lengths, straight from Arrow's buffer."""
    length = np.asarray(pc.utf8_length(said)).astype(np.int64)
    plain = pc.if_else(pc.and_(pc.string_is_ascii(said), pc.less_equal(pc.utf8_length(said), 18)), said, "")
    padded = pc.ascii_rpad(plain, 18, " ").cast(pa.binary(18))
    held = np.frombuffer(padded.buffers()[1], np.uint8, count=len(said) * 18, offset=padded.offset * 18)
    return held.reshape(len(said), 18).astype(np.int16) - 48, length


def _check(digits: NDArray[np.int16]) -> NDArray[np.int16]:
    """The code point of the check character of the first 17 digits."""
    total = np.zeros(len(digits), np.int32)
    for weight, column in zip(WEIGHTS, digits.T, strict=False):
        total += column * np.int32(weight)
    found: NDArray[np.int16] = CHECK[total % 11].astype(np.int16)
    return found


def dated(digits: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Whether digits 7–14 are a day there was between 1880 and 2100; (n, ≥14) digits."""
    d = digits[:, 6:14].astype(np.int32)
    year, month, day = d[:, 0] * 1000 + d[:, 1] * 100 + d[:, 2] * 10 + d[:, 3], d[:, 4] * 10 + d[:, 5], d[:, 6] * 10 + d[:, 7]
    good = (year >= 1880) & (year <= 2100) & (month >= 1) & (month <= 12) & (day >= 1)
    last = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])[np.where(good, month, 0)]
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    found: NDArray[np.bool_] = good & (day <= last + (leap & (month == 2)))
    return found


@lru_cache(maxsize=1)
def _book() -> tuple[dict[str, list[str]], list[str]]:
    raw = yaml.safe_load(files("shouwang.rulebook").joinpath("names.yaml").read_text("utf-8"))
    return raw["surname_readings"]["values"][-1]["value"], raw["similar_characters"]["values"][-1]["value"]


@lru_cache(maxsize=1)
def _shapes() -> dict[int, int]:
    """{character: the first of the characters it is taken for}; groups that share a character are one."""
    head: dict[str, str] = {}

    def top(c: str) -> str:
        while head.setdefault(c, c) != c:
            c = head[c]
        return c

    for group in _book()[1]:
        for character in group[1:]:
            head[top(character)] = top(group[0])
    return {ord(c): ord(top(c)) for c in list(head)}


@lru_cache(maxsize=32_768)
def _reading(point: int) -> str:
    from pypinyin import lazy_pinyin  # half a second to load

    return str(lazy_pinyin(chr(point))[0])


def _key(codes: NDArray[np.uint64]) -> NDArray[np.int64]:
    """(n, width) codes as one number a row; a collision among a million names is one in thirty million."""
    out = np.full(len(codes), 1_469_598_103, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in codes.T:
            out = (out ^ column) * FACTOR
            out ^= out >> np.uint64(29)
    return out.view(np.int64)


def name_keys(texts: pa.Array) -> dict[str, pa.Array]:
    """{same, sound, sound2, shape}: int64 keys that are equal where two names are the same, sound or look alike; null without a name.

    `sound2` is the key of a surname's other reading (曾 zeng/ceng), null where it has none. Full-width letters are folded, blanks and dots
    dropped. Readings have no tones. Each name is worked out once, however many bear it.
    """
    coded = pc.fill_null(texts.cast(pa.string()), "").dictionary_encode()
    said = pc.replace_substring_regex(pc.utf8_normalize(coded.dictionary, "NFKC"), r"[\s·•．.]+", "")
    held = np.array(said.to_pylist() or [""], dtype=f"<U{LONGEST}")[: len(said)]
    points = held.view(np.uint32).reshape(len(held), LONGEST)
    none = points[:, 0] == 0
    usual, other, looks = _codes(np.flatnonzero(np.bincount(points.ravel(), minlength=1)))
    sounds = usual[points]
    again = sounds.copy()
    sounds[:, 0] = _firsts(points[:, 0], usual)
    again[:, 0] = other[points[:, 0]]
    keys = {
        "same": pa.array(_key(points.astype(np.uint64)), mask=none),
        "sound": pa.array(_key(sounds), mask=none),
        "sound2": pa.array(_key(again), mask=none | (again[:, 0] == 0)),
        "shape": pa.array(_key(looks[points]), mask=none),
    }
    return {name: key.take(coded.indices) for name, key in keys.items()}


def _codes(found: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64]]:
    """Tables by code point: the syllable a character is usually read as, the second reading as a surname (0 = none), its shape."""
    size = int(found.max(initial=0)) + 1
    usual, other, looks = (np.zeros(size, np.uint64) for _ in range(3))
    for point in found[found > 0].tolist():
        usual[point], looks[point] = _hash(_reading(point)), _shapes().get(point, point)
        readings = _book()[0].get(chr(point), ())[:READINGS]
        other[point] = _hash(readings[1]) if len(readings) > 1 else 0
    return usual, other, looks


def _firsts(points: Points, usual: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The syllable of each surname: the reading of the list where it is on it."""
    table = usual.copy()
    for character, readings in _book()[0].items():
        if ord(character) < len(table):
            table[ord(character)] = _hash(readings[0])
    return table[points]


@lru_cache(maxsize=4_096)
def _hash(said: str) -> int:
    """A number of 64 bits for a syllable, the same in every process."""
    out = 0
    for byte in said.encode():
        out = (out * 131 + byte + 1) % 2**61
    return out
