"""Identity numbers, codes and phones of invented people, built digit by digit over whole columns.

IDs carry the district code of the village, the birth date, an order number of the right parity and a valid check digit
(GB 11643-1999, ISO 7064 MOD 11-2). Phones use the segment 154, which the ministry's numbering plan assigns to no operator, so
no call can reach anybody.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PHONE_SEGMENT = 154
FIRST_DAY = np.datetime64("1915-01-01", "D")
DAYS = 366 * 130
ORDERS = 499
WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int32)
CHECK = np.array([ord(c) for c in "10X98765432"], dtype=np.uint32)
PHONE_STEP = 61_803_399


def digits(number: NDArray[np.int64], width: int) -> NDArray[np.uint32]:
    """The decimal digits as code points, (n, width), leading zeros kept."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (number[:, None] // powers % 10 + 48).astype(np.uint32)


def text_of(points: NDArray[np.uint32]) -> NDArray[np.str_]:
    """(n, width) code points as n texts."""
    joined: NDArray[np.str_] = np.ascontiguousarray(points).view(f"<U{points.shape[1]}")[:, 0]
    return joined


def codes(prefix: NDArray[np.int64], prefix_width: int, number: NDArray[np.int64], width: int) -> NDArray[np.str_]:
    """prefix + number as fixed-width digit texts: household and member codes."""
    return text_of(np.hstack([digits(prefix, prefix_width), digits(number, width)]))


def id_numbers(district: NDArray[np.int64], birth: NDArray[np.datetime64], order: NDArray[np.int64]) -> NDArray[np.str_]:
    """18-digit IDs: six-digit district, birth day, order number 1–999, check digit. Shapes (n,) → dtype U18."""
    months = birth.astype("datetime64[M]")
    year = months.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (birth - months.astype("datetime64[D]")).astype(np.int64) + 1
    body = np.hstack([digits(district, 6), digits(year * 10_000 + month * 100 + day, 8), digits(order, 3)])
    total = (body.astype(np.int32) - 48) @ WEIGHTS
    return text_of(np.hstack([body, CHECK[total % 11][:, None]]))


class OrderNumbers:
    """Hands out order numbers so that no two people of a run share district, birth day and order; men odd, women even."""

    def __init__(self, districts: int) -> None:
        self.used = np.zeros(districts * DAYS * 2, dtype=np.int16)

    def take(self, district: NDArray[np.int64], birth: NDArray[np.datetime64], male: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Order numbers 1–998 for each person; raises ValueError where a day is full (499 of one sex in one district)."""
        key = (district * DAYS + (birth - FIRST_DAY).astype(np.int64)) * 2 + male
        sequence = np.argsort(key, kind="stable")
        ordered = key[sequence]
        first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        sizes = np.diff(np.r_[first, len(ordered)])
        rank = np.arange(len(ordered)) - np.repeat(first, sizes)
        serial = np.empty(len(key), dtype=np.int64)
        serial[sequence] = rank + self.used[ordered]
        self.used[ordered[first]] += sizes.astype(np.int16)
        if len(serial) and serial.max() >= ORDERS:
            raise ValueError("more people than order numbers on one birth day of one district: fewer households or more districts")
        return (serial * 137 + key * 61) % ORDERS * 2 + np.where(male, 1, 2)


def phones(index: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """A number of the unassigned segment 154 for each running index: distinct as long as indices differ by less than 10^8."""
    return PHONE_SEGMENT * 100_000_000 + (index * PHONE_STEP + seed * 7_919) % 100_000_000
