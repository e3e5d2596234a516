"""The households of a snapshot as the columns that a simulation reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from shouwang.engine.simulation.columns import Bools, Ints, Population
from shouwang.engine.simulation.scenario import PARTS, ScenarioError

Lines = Mapping[tuple[int, str], tuple[int, int]]
"""(county, standard system) -> (poverty line, monitoring line), 分 a head and year."""

QUERY = """
    SELECT h.household, h.county::BIGINT AS county, h.town, h.village, greatest(h.persons, 1)::BIGINT AS persons,
           coalesce(h.able_labour, 0) > 0 AS able, coalesce(h.monitored, false) AS monitored, coalesce(h.risk_mask, 0)::BIGINT AS risk_mask,
           h.income_year_fen AS income, coalesce(h.out_wage_fen, 0) AS out_wage,
           greatest(coalesce(h.wage_income_fen, 0) - coalesce(h.out_wage_fen, 0), 0) AS local_wage,
           coalesce(h.business_income_fen, 0) AS business, coalesce(h.transfer_income_fen, 0) AS transfer,
           coalesce(h.property_income_fen, 0) AS property, l.poverty, l.monitoring, h.standard_system
    FROM read_parquet(?, hive_partitioning = false, union_by_name = true) h
    LEFT JOIN lines l ON l.county = h.county AND l.standard_system = h.standard_system
    WHERE len(?::BIGINT[]) = 0 OR list_contains(?::BIGINT[], h.county::BIGINT)
    ORDER BY h.town, h.household
"""


def load(snapshot: Path, lines: Lines, *, counties: Sequence[int] = (), products: Sequence[str] = ()) -> Population:
    """Everybody with a statement of income; those without are counted in `unknown`. `counties` () = all of them.

    Raises ScenarioError for a snapshot without households, a household without a line, a line of zero, a product that nobody makes.
    """
    if low := [f"{county} {system}" for (county, system), pair in sorted(lines.items()) if min(pair) <= 0]:
        raise ScenarioError(f"收入线为 0：{'、'.join(low)}。请先补上该地该日的收入线。")
    if not any((snapshot / "households").glob("*/*.parquet")):
        raise ScenarioError("快照中没有户数据，请先生成快照。")
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as base:
        base.register("lines", _table(lines))
        chosen = [int(c) for c in counties]
        found = base.execute(QUERY, [str(snapshot / "households" / "*" / "*.parquet"), chosen, chosen]).to_arrow_table()
        makers = {name: _makers(base, snapshot, name) for name in products}
    return _population(found, makers)


def _table(lines: Lines) -> Any:
    keys = sorted(lines)
    return pa.table(
        {
            "county": pa.array([c for c, _ in keys], pa.int32()),
            "standard_system": pa.array([s for _, s in keys], pa.string()),
            "poverty": pa.array([lines[k][0] for k in keys], pa.int64()),
            "monitoring": pa.array([lines[k][1] for k in keys], pa.int64()),
        }
    )


def _makers(base: duckdb.DuckDBPyConnection, snapshot: Path, product: str) -> Ints:
    """Keys of the households that the feed of production names with the product."""
    feed = snapshot / "feeds" / "production"
    if not any(feed.glob("*/*/*.parquet")):
        raise ScenarioError(f"没有农业生产数据，不能按产品“{product}”模拟。请先接收农业农村部门数据，或不限产品。")
    query = "SELECT DISTINCT household FROM read_parquet(?, hive_partitioning = false) WHERE kind = ? AND household IS NOT NULL"
    keys: Ints = base.execute(query, [str(feed / "*" / "*" / "*.parquet"), product]).to_arrow_table()["household"].to_numpy()
    if not len(keys):
        raise ScenarioError(f"快照中没有生产“{product}”的户。请核对品种名称。")
    return keys


def _population(found: Any, makers: Mapping[str, Ints]) -> Population:
    stated = found.filter(found["income"].is_valid())
    if missing := stated.filter(stated["poverty"].is_null()).num_rows:
        first = stated.filter(stated["poverty"].is_null()).slice(0, 1).to_pylist()[0]
        raise ScenarioError(f"{missing} 户没有收入线，例如 {first['county']} 的“{first['standard_system']}”。请先补上该地该日的收入线。")

    def ints(name: str) -> Ints:
        column: Ints = stated[name].to_numpy()
        return np.ascontiguousarray(column, np.int64)

    def bools(name: str) -> Bools:
        return np.asarray(stated[name].to_numpy(), np.bool_)

    codes, town = np.unique(ints("town"), return_inverse=True)
    household = ints("household")
    return Population(
        household=household, county=ints("county"), village=ints("village"), town=town.astype(np.int64), town_codes=codes,
        persons=ints("persons"), able=bools("able"), monitored=bools("monitored"), risk_mask=ints("risk_mask"), income=ints("income"),
        parts={part: ints(part) for part in PARTS}, lines={name: ints(name) for name in ("poverty", "monitoring")},
        products={name: np.isin(household, keys) for name, keys in makers.items()}, unknown=found.num_rows - stated.num_rows,
    )  # fmt: skip
