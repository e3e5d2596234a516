"""The rows that points leave open, weighed by Splink (Fellegi-Sunter): a rare name says more than a common one."""

from __future__ import annotations

import warnings
from typing import Any

import pyarrow as pa

from shouwang.engine.matching.chinese import WHEN, book
from shouwang.engine.matching.spec import Connection

EMPTY = pa.table({"l": pa.array([], pa.int64()), "r": pa.array([], pa.int64())})
COMPARED = {
    "name": ("same", ("same", "sound", "shape")),
    "birth": ("birth", ("same", "near")),
    "id": ("id", ("home", "near")),
    "sex": ("sex", ("same",)),
    "village": ("village", ("same",)),
    "head": ("head_same", ("same", "sound")),
}
TOLD = {**WHEN, "sex_same": "l.sex = r.sex"}
SHOWN = "home, household, id, whole, same, sound, sound2, shape, birth, birth2, month, day, sex, village, head_same, head_sound, head_sound2, head_shape"


def likely(con: Connection) -> pa.Table:
    """(l, r) of rows in `rest` that are one person with the probability `accept` of the rulebook, and of no other with a tenth of it."""
    said = book()["model"]
    con.execute(f"CREATE OR REPLACE TEMP TABLE model_l AS SELECT n AS unique_id, {SHOWN} FROM l WHERE n IN (SELECT l FROM rest)")  # noqa: S608 - names and conditions of ours
    con.execute(f"CREATE OR REPLACE TEMP TABLE model_r AS SELECT n AS unique_id, {SHOWN} FROM r WHERE n IN (SELECT r FROM rest)")  # noqa: S608 - names and conditions of ours
    frequency = con.execute("SELECT same, count(*) / sum(count(*)) OVER () AS tf_same FROM r WHERE same IS NOT NULL GROUP BY same")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Splink 5 warns of its own and pandas' future
        con.register("predicted", _predicted(con, frequency.to_arrow_table(), said))
    found = con.execute(
        "WITH p AS (SELECT unique_id_l AS l, unique_id_r AS r, match_probability AS p FROM predicted), ranked AS (SELECT *, row_number() OVER w "  # noqa: S608 - names and conditions of ours
        "AS rank, lead(p) OVER w AS next FROM p WINDOW w AS (PARTITION BY l ORDER BY p DESC, r)) "
        f"SELECT l, r FROM ranked WHERE rank = 1 AND p >= {said['accept']} AND coalesce(next, 0) < {said['doubt']}"
    ).to_arrow_table()
    con.unregister("predicted")
    return found


def _predicted(con: Connection, frequency: pa.Table, said: dict[str, Any]) -> pa.Table:
    import logging

    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection=con)
    settings = SettingsCreator(
        link_type="link_only",
        probability_two_random_records_match=said["prior"],
        comparisons=[_comparison(name, *COMPARED[name], said[name]) for name in COMPARED],
        blocking_rules_to_generate_predictions=[
            block_on("sound", "birth"), block_on("sound", "village"), block_on("sound", "month"), block_on("shape", "birth"),
            block_on("shape", "village"), block_on("sound", "day"), block_on("id"),
        ],
        retain_matching_columns=False,
    )  # fmt: skip
    left = api.register("model_l", table_name="a_rows")
    right = api.register("model_r", table_name="b_persons")
    linker = Linker([left, right], settings, log_level=logging.ERROR)
    linker.table_management.register_term_frequency_lookup(api.register(frequency, table_name="names"), "same")
    return linker.inference.predict(threshold_match_probability=0.01).as_duckdbpyrelation().to_arrow_table()


def _comparison(name: str, column: str, levels: tuple[str, ...], said: dict[str, list[float]]) -> dict[str, Any]:
    out: list[dict[str, Any]] = [
        {"sql_condition": f'"{column}_l" IS NULL OR "{column}_r" IS NULL', "label_for_charts": "null", "is_null_level": True}
    ]
    for level in levels:
        condition = _sided(TOLD[f"{name}_{level}"])
        m, u = said[level]
        out.append({"sql_condition": condition, "label_for_charts": level, "m_probability": m, "u_probability": u})
        if (name, level) == ("name", "same"):
            out[-1] |= {"tf_adjustment_column": "same", "tf_adjustment_weight": 1.0}
    m, u = said["other"]
    out.append({"sql_condition": "ELSE", "label_for_charts": "other", "m_probability": m, "u_probability": u})
    return {"output_column_name": name, "comparison_levels": out}


def _sided(condition: str) -> str:
    """l.birth = r.birth as Splink writes it: "birth_l" = "birth_r"."""
    import re

    return re.sub(r"\b([lr])\.(\w+)", r'"\2_\1"', condition)
