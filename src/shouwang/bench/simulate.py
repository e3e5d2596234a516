"""Fifty scenarios over a million households, against the plain way: one query a scenario. Both must give the same counts."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from shouwang.engine.simulation.population import load
from shouwang.engine.simulation.running import simulate
from shouwang.engine.simulation.scenario import Measure, Scenario, Shock
from shouwang.engine.simulation.tally import Outcome
from shouwang.kernel.errors import Refused

LINES = {(440513, "national_registered"): (400_000, 600_000), (440513, "ordinary"): (400_000, 600_000)}
LIMIT_S = 3.0

MADE = """
    COPY (
        WITH raw AS (
            SELECT i AS household, hash(i * 7919 + {seed}) AS a, hash(i * 104729 + {seed}) AS b, hash(i * 1299709 + {seed}) AS c FROM range({n}) t(i)
        ), parts AS (
            SELECT household, a, b, c, (1 + a % 6)::SMALLINT AS persons, 440513000 + 100 + (household * 60 // {n})::BIGINT AS town,
                   CASE WHEN a % 10 < 4 THEN (b % 3000000)::BIGINT ELSE 0 END AS out_wage_fen, (c % 2500000)::BIGINT AS local_fen,
                   ((a // 97) % 1500000)::BIGINT AS business_income_fen, ((b // 89) % 600000)::BIGINT AS transfer_income_fen,
                   ((c // 83) % 90000)::BIGINT AS property_income_fen
            FROM raw
        )
        SELECT household, 440513::INTEGER AS county, town, town * 1000 + (household % 20) AS village,
               CASE WHEN a % 3 = 0 THEN 'national_registered' ELSE 'ordinary' END AS standard_system, c % 20 = 0 AS monitored, persons,
               (b % 4)::SMALLINT AS able_labour, (1::BIGINT << (a % 11)::BIGINT) AS risk_mask, out_wage_fen, out_wage_fen + local_fen AS wage_income_fen,
               business_income_fen, transfer_income_fen, property_income_fen,
               CASE WHEN a % 200 = 0 THEN NULL
                    ELSE out_wage_fen + local_fen + business_income_fen + transfer_income_fen + property_income_fen END AS income_year_fen
        FROM parts ORDER BY household
    ) TO '{file}' (FORMAT parquet, COMPRESSION zstd)
"""
NAIVE = """
    WITH shocked AS (
        SELECT persons, able_labour, income_year_fen * 1200 AS income, line * persons * 1200 AS z,
               income_year_fen * 1200 - CASE WHEN {inside} THEN ({taken}) ELSE 0 END AS after
        FROM (SELECT *, wage_income_fen - out_wage_fen AS local_wage_fen, {line}::BIGINT AS line FROM read_parquet('{file}')) WHERE income_year_fen IS NOT NULL
    ), measured AS (
        SELECT *, after + CASE WHEN after < income AND after < {monitoring}::BIGINT * persons * 1200
                               THEN persons * {relief}::BIGINT * 1200 ELSE 0 END AS finish FROM shocked
    )
    SELECT count(*) FILTER (income < z), count(*) FILTER (after < z), count(*) FILTER (finish < z), count(*) FILTER (income >= z AND after < z),
           sum(persons * (1 - after / z) ^ 2) FILTER (after < z) FROM measured
"""


def run(households: int = 1_000_000, scenarios: int = 50) -> dict[str, Any]:
    """{total_s, load_s, simulate_s, naive_s, ...}; raises Refused where the two ways differ."""
    with tempfile.TemporaryDirectory(prefix="shouwang-simulate-") as made:
        folder = Path(made)
        file = folder / "households" / "county=440513" / "part-0.parquet"
        file.parent.mkdir(parents=True)
        duckdb.sql(MADE.format(n=households, seed=2020, file=file))
        cases = [_scenario(n) for n in range(scenarios)]
        begun, used = time.perf_counter(), time.process_time()
        people = load(folder, LINES)
        loaded = time.perf_counter()
        outcomes = simulate(people, cases)
        done, cpu = time.perf_counter(), time.process_time() - used
        simulate(people, cases, gini=True)
        with_gini = time.perf_counter() - done
        naive_begun, naive_used = time.perf_counter(), time.process_time()
        rows = [_naive(file, case) for case in cases]
        naive, naive_cpu = time.perf_counter() - naive_begun, time.process_time() - naive_used
        _compare(outcomes, rows)
    return {
        "households": households, "scenarios": scenarios, "total_s": round(done - begun, 2), "limit_s": LIMIT_S, "cpu_s": round(cpu, 2),
        "load_s": round(loaded - begun, 2), "simulate_s": round(done - loaded, 2), "simulate_with_gini_s": round(with_gini, 2),
        "naive_s": round(naive, 2), "naive_cpu_s": round(naive_cpu, 2), "equal": True,
        "naive": "每个情景一条 SQL（DuckDB，同一 Parquet，同一进程，两条线）；户数逐一相等，平方缺口误差不超过 1e-9",
    }  # fmt: skip


def _scenario(n: int) -> Scenario:
    source = ("out_wage", "wage", "business", "transfer")[n % 4]
    shock = Shock(source, 10 + n * 3 % 90, 1 + n % 12)
    scope = {0: {}, 1: {"monitored": True}, 2: {"region": f"440513{100 + n:03d}"}, 3: {"risk_mask": 0b1011}}[n // 4 % 4]
    return Scenario(f"情景 {n + 1}", (shock,), (Measure("relief", 30_000),), **scope)  # type: ignore[arg-type]  # literals of the fields' types


def _naive(file: Path, case: Scenario) -> list[tuple[Any, ...]]:
    shock = case.shocks[0]
    column = {"wage": "wage_income_fen", "out_wage": "out_wage_fen"}.get(shock.source, f"{shock.source}_income_fen")
    inside = "true"
    if case.monitored is not None:
        inside = f"monitored = {case.monitored}"
    elif case.region:
        inside = f"town = {case.region}"
    elif case.risk_mask:
        inside = f"(risk_mask & {case.risk_mask}) <> 0"
    asked = {
        "file": file,
        "inside": inside,
        "taken": f"{column} * {shock.percent * shock.months}::BIGINT",
        "relief": 30_000,
        "monitoring": 600_000,
    }
    return [duckdb.sql(NAIVE.format(**asked, line=line)).fetchall()[0] for line in (400_000, 600_000)]


def _compare(outcomes: list[Outcome], rows: list[list[tuple[Any, ...]]]) -> None:
    for outcome, pair in zip(outcomes, rows, strict=True):
        for line, row in enumerate(pair):
            counts = (*outcome.households[:, line].sum(axis=1).tolist(), int(outcome.fallen[line].sum()))
            if counts != row[:4] or not np.isclose(outcome.depth[1, line, :, 1].sum(), row[4] or 0.0, rtol=1e-9):
                raise Refused(f"{outcome.scenario.name}：列式结果 {counts} 与逐条查询 {row[:4]} 不一致。")
