"""Income shocks: whole numbers against the lines, properties of the measures, the same result as one household at a time."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwang.engine.simulation import columns
from shouwang.engine.simulation.columns import Population
from shouwang.engine.simulation.population import load
from shouwang.engine.simulation.running import fallen, simulate
from shouwang.engine.simulation.scenario import PARTS, Measure, Scenario, ScenarioError, Shock

LINE, RANGE = 400_000, 600_000
# Cores are shared with other test runs: how long an example takes says nothing.
UNHURRIED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
HOME = st.fixed_dictionaries(
    {
        "town": st.sampled_from([440513100, 440513101, 440514100]),
        "persons": st.integers(1, 7),
        "able": st.booleans(),
        "monitored": st.booleans(),
        "risk_mask": st.integers(0, 7),
        **{part: st.integers(0, 3_000_000) for part in PARTS},
    }
)
SHOCK = st.builds(Shock, st.sampled_from(["wage", *PARTS]), st.integers(0, 50), st.integers(0, 12))
MEASURE = st.one_of(
    st.builds(Measure, st.just("relief"), st.integers(0, 200_000), line=st.sampled_from(["poverty", "monitoring"])),
    st.builds(Measure, st.just("post"), st.integers(0, 120_000), st.integers(0, 12)),
    st.builds(Measure, st.just("refund"), st.integers(0, 100)),
)
SCENARIO = st.builds(
    Scenario,
    st.just("s"),
    st.tuples(SHOCK),
    st.lists(MEASURE, max_size=2).map(tuple),
    region=st.sampled_from(["", "440513", "440513100", "440513100001"]),
    monitored=st.sampled_from([None, True, False]),
    risk_mask=st.integers(0, 3),
)


def people_of(homes: list[dict[str, Any]]) -> Population:
    homes = sorted(homes, key=lambda h: int(h["town"]))
    codes, town = np.unique(np.array([h["town"] for h in homes], np.int64), return_inverse=True)

    def ints(name: str) -> Any:
        return np.array([h[name] for h in homes], np.int64)

    n = len(homes)
    return Population(
        household=np.arange(n),
        county=ints("town") // 1000,
        village=ints("town") * 1000 + 1,
        town=town,
        town_codes=codes,
        persons=ints("persons"),
        able=ints("able").astype(bool),
        monitored=ints("monitored").astype(bool),
        risk_mask=ints("risk_mask"),
        income=sum((ints(p) for p in PARTS), np.zeros(n, np.int64)),
        parts={p: ints(p) for p in PARTS},
        lines={"poverty": np.full(n, LINE), "monitoring": np.full(n, RANGE)},
    )


def one_by_one(people: Population, case: Scenario) -> list[list[Fraction]]:
    """(income before, after the shock, after measures) of each household in 分, in fractions: the definition, written plainly."""
    out = []
    for i in range(len(people)):
        income = Fraction(int(people.income[i]))
        place = f"{people.village[i]}"
        about = place.startswith(case.region) and (case.monitored is None or bool(people.monitored[i]) == case.monitored)
        about = about and (not case.risk_mask or bool(people.risk_mask[i] & case.risk_mask))
        lost = Fraction(0)
        for shock in case.shocks if about else ():
            for part in ("out_wage", "local_wage") if shock.source == "wage" else (shock.source,):
                lost += Fraction(int(people.parts[part][i]) * shock.percent * shock.months, 1200)
        after = income - lost
        gained = Fraction(0)
        for m in case.measures:
            line = {"poverty": LINE, "monitoring": RANGE}[m.line] * int(people.persons[i])
            if lost > 0 and after < line:
                gained += {
                    "relief": Fraction(m.amount * int(people.persons[i])),
                    "post": Fraction(m.amount * m.months if people.able[i] else 0),
                    "refund": Fraction(lost * 1200 * m.amount // 100, 1200),
                }[m.kind]
        out.append([income, after, after + gained])
    return out


@UNHURRIED
@given(st.lists(HOME, min_size=1, max_size=12), SCENARIO)
def test_counts_equal_the_definition_one_household_at_a_time(homes: list[dict[str, Any]], case: Scenario) -> None:
    people = people_of(homes)
    [found] = simulate(people, [case])
    plain = one_by_one(people, case)
    for line, value in enumerate((LINE, RANGE)):
        for stage in range(3):
            under = [i for i, row in enumerate(plain) if row[stage] < value * int(people.persons[i])]
            assert found.households[stage, line].sum() == len(under)
            assert found.persons[stage, line].sum() == sum(int(people.persons[i]) for i in under)
            gaps = [int(people.persons[i]) * (1 - float(plain[i][stage]) / (value * int(people.persons[i]))) for i in under]
            assert found.depth[stage, line, :, 0].sum() == pytest.approx(sum(gaps), abs=1e-9)
        fell = [i for i, row in enumerate(plain) if row[0] >= value * int(people.persons[i]) > row[1]]
        assert fallen(people, case, ("poverty", "monitoring")[line]).tolist() == fell
        assert found.fallen[line].sum() == len(fell)
    assert found.loss.sum() == pytest.approx(sum(float(r[0] - r[1]) for r in plain), abs=len(people))


@UNHURRIED
@given(st.lists(HOME, min_size=1, max_size=12), SCENARIO)
def test_fgt0_is_the_share_under_the_line_and_deeper_measures_are_smaller(homes: list[dict[str, Any]], case: Scenario) -> None:
    people = people_of(homes)
    [found] = simulate(people, [case])
    fgt = found.fgt(people.persons)
    for stage in range(3):
        for line in range(2):
            assert fgt[stage, line, 0] == found.persons[stage, line].sum() / people.persons.sum()
            assert 0 <= fgt[stage, line, 2] <= fgt[stage, line, 1] + 1e-12 <= fgt[stage, line, 0] + 2e-12


@UNHURRIED
@given(st.lists(HOME, min_size=1, max_size=12), SCENARIO)
def test_a_shock_of_nothing_changes_nothing(homes: list[dict[str, Any]], case: Scenario) -> None:
    still = replace(case, shocks=tuple(replace(s, percent=0) for s in case.shocks))
    [found] = simulate(people_of(homes), [still], gini=True)
    assert (found.households[0] == found.households[2]).all() and (found.depth[0] == found.depth[2]).all()
    assert (found.loss.sum(), found.cost.sum(), found.exposed.sum()) == (0, 0, 0)
    assert found.gini[0] == found.gini[2]


@UNHURRIED
@given(st.lists(HOME, min_size=1, max_size=12), SCENARIO, st.integers(0, 50))
def test_a_deeper_shock_takes_more_and_measures_only_help(homes: list[dict[str, Any]], case: Scenario, more: int) -> None:
    deeper = replace(case, shocks=tuple(replace(s, percent=s.percent + more) for s in case.shocks))
    light, heavy = simulate(people_of(homes), [case, deeper])
    assert (light.households[1] <= heavy.households[1]).all() and (light.fallen <= heavy.fallen).all()
    for found in (light, heavy):
        assert (found.households[0] <= found.households[1]).all() and (found.households[2] <= found.households[1]).all()
        assert (found.held <= found.fallen).all()


def test_a_household_exactly_on_the_line_after_the_shock_is_not_under_it() -> None:
    home = {"town": 440513100, "persons": 3, "able": False, "monitored": False, "risk_mask": 0, **dict.fromkeys(PARTS, 0)}
    home |= {"out_wage": 300_000, "business": 3 * LINE - 300_000 + 20_000}
    people = people_of([home])
    on, below = Scenario("on", (Shock("out_wage", 40, 2),)), Scenario("below", (Shock("out_wage", 41, 2),))
    assert [int(o.fallen[0].sum()) for o in simulate(people, [on, below])] == [0, 1]


def test_pieces_add_up_to_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(7)
    homes = [
        {
            "town": 440513100 + n // 30, "persons": int(rng.integers(1, 6)), "able": True, "monitored": n % 3 == 0, "risk_mask": n % 4,
            **{p: int(rng.integers(0, 2_000_000)) for p in PARTS},
        }
        for n in range(200)
    ]  # fmt: skip
    people, case = people_of(homes), Scenario("x", (Shock("wage", 50, 6),), (Measure("relief", 50_000),))
    [whole] = simulate(people, [case], gini=True)
    monkeypatch.setattr(columns, "PIECE", 7)
    [cut] = simulate(people, [case], gini=True)
    for name in ("households", "persons", "fallen", "held", "exposed", "loss", "cost"):
        assert (getattr(whole, name) == getattr(cut, name)).all(), name
    assert cut.depth == pytest.approx(whole.depth) and cut.gini.tolist() == whole.gini.tolist()
    exact = sorted(float(people.income[i]) / people.persons[i] / 100 for i in range(200) for _ in range(int(people.persons[i])))
    n = len(exact)
    plain = 2 * sum((k + 1) * x for k, x in enumerate(exact)) / (n * sum(exact)) - (n + 1) / n
    assert whole.gini[0] == pytest.approx(plain, abs=0.5 / (sum(exact) / n))


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: Shock("luck", 10, 2), "收入来源“luck”不存在"),
        (lambda: Shock("wage", 140, 2), "降幅 140%"),
        (lambda: Shock("wage", 10, 13), "13 个月"),
        (lambda: Shock("wage", 10, 2, "狮头鹅"), "只与生产经营性收入有关"),
        (lambda: Measure("gift", 1), "措施“gift”不存在"),
        (lambda: Measure("refund", 120), "补偿比例为 0 至 100"),
        (lambda: Scenario("重叠", (Shock("wage", 100, 8), Shock("out_wage", 60, 8))), "合计超过其全年收入"),
        (lambda: Scenario("某地", (), region="4405a"), "不是 6、9 或 12 位代码"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused_with_the_field_and_the_value(made: Any, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        made()


def snapshot(folder: Path, **changed: Any) -> Path:
    row = {
        "household": 1, "county": 440513, "town": 440513100, "village": 440513100001, "standard_system": "ordinary", "persons": 2, "able_labour": 1,
        "monitored": False, "risk_mask": 0, "income_year_fen": 900_000, "out_wage_fen": 200_000, "wage_income_fen": 500_000,
        "business_income_fen": 400_000, "transfer_income_fen": None, "property_income_fen": 0,
    } | changed  # fmt: skip
    rows = [row, row | {"household": 2, "income_year_fen": None}]
    (folder / "households" / "county=440513").mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows), folder / "households" / "county=440513" / "part.parquet")
    return folder


LINES = {(440513, "ordinary"): (LINE, RANGE)}


def test_a_household_without_a_statement_is_counted_apart_and_wages_are_split(tmp_path: Path) -> None:
    people = load(snapshot(tmp_path), LINES)
    assert (len(people), people.unknown) == (1, 1)
    assert {p: int(people.parts[p][0]) for p in PARTS} == {
        "out_wage": 200_000, "local_wage": 300_000, "business": 400_000, "transfer": 0, "property": 0,
    }  # fmt: skip
    assert len(load(tmp_path, LINES, counties=[440514])) == 0
    assert simulate(load(tmp_path, LINES, counties=[440514]), [Scenario("none", (Shock("wage", 10, 1),))])[0].loss.sum() == 0


def test_a_product_strikes_those_who_make_it(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="没有农业生产数据"):
        load(snapshot(tmp_path), LINES, products=["狮头鹅"])
    feed = tmp_path / "feeds" / "production" / "county=440513" / "period=2020-01"
    feed.mkdir(parents=True)
    pq.write_table(pa.table({"household": [1], "kind": ["狮头鹅"]}), feed / "part.parquet")
    with pytest.raises(ScenarioError, match="没有生产“青榄”的户"):
        load(tmp_path, LINES, products=["青榄"])
    case = Scenario("鹅价", (Shock("business", 50, 6, "狮头鹅"),))
    [found] = simulate(load(tmp_path, LINES, products=["狮头鹅"]), [case])
    assert (int(found.loss.sum()), int(found.fallen[0].sum())) == (100_000, 0)
    with pytest.raises(ScenarioError, match="没有生产“狮头鹅”的户"):
        simulate(load(tmp_path, LINES), [case])


def test_lines_that_are_zero_or_missing_and_a_folder_without_households_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="快照中没有户数据"):
        load(tmp_path, LINES)
    made = snapshot(tmp_path, standard_system="gd_relative")
    with pytest.raises(ScenarioError, match="1 户没有收入线，例如 440513 的“gd_relative”"):
        load(made, LINES)
    with pytest.raises(ScenarioError, match="收入线为 0"):
        load(made, {(440513, "ordinary"): (0, RANGE)})
