"""How fast a notice is read."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from importlib.resources import files
from typing import Any

SIZE = 16_000


def sample(size: int = SIZE) -> str:
    """The real notice grown to `size` bytes by repeating its body under further first-level numbers; deterministic."""
    text = files("shouwang.demo").joinpath("data", "notice.txt").read_text("utf-8")
    start, end = text.index("二、"), text.index("四、加强")
    part, grown = text[start:end], text
    for numeral in "六七八九十":
        if len(grown.encode()) >= size:
            break
        at = grown.index("各地各部门要于")
        room = size - len(grown.encode())
        grown = grown[:at] + (numeral + part[1:]).encode()[:room].decode("utf-8", "ignore") + "\n\n" + grown[at:]
    return grown


def run(rounds: int = 20) -> dict[str, Any]:
    """Median and worst time in ms of reading a 16 kB notice in process, first (cold) reading apart; the packaged notice beside it."""
    started = time.perf_counter()
    from shouwang.ledgers.dispatch.reading.reader import read_notice

    text, short = sample(), files("shouwang.demo").joinpath("data", "notice.txt").read_text("utf-8")
    today = dt.date(2020, 2, 14)
    reading = read_notice(text, today=today)
    cold = (time.perf_counter() - started) * 1000
    times = [_timed(lambda: read_notice(text, today=today)) for _ in range(rounds)]
    real = [_timed(lambda: read_notice(short, today=today)) for _ in range(rounds)]
    return {
        "bytes": len(text.encode()), "duties": len(reading.duties), "cold_ms": round(cold, 2), "median_ms": round(statistics.median(times), 2),
        "worst_ms": round(max(times), 2), "real_notice_bytes": len(short.encode()), "real_notice_median_ms": round(statistics.median(real), 2), "limit_ms": 50,
    }  # fmt: skip


def _timed(act: Any) -> float:
    begin = time.perf_counter()
    act()
    return (time.perf_counter() - begin) * 1000
