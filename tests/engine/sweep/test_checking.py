"""Faults are found before a run, each with rule, field, value and remedy."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from shouwang.engine.checking import validate
from shouwang.engine.errors import SweepRefused
from shouwang.engine.params import Params, Threshold
from shouwang.engine.rules import RuleSet
from tests.engine.sweep.conftest import BOOK, DAY

_, PARAMS, CATALOG = BOOK


def rule(*conditions: dict[str, Any], any_of: bool = False, **changes: Any) -> dict[str, Any]:
    when = {"any" if any_of else "all": list(conditions)}
    known = {
        "id": "r",
        "version": 1,
        "name": "测试",
        "kind": "risk",
        "risk": "other",
        "valid_from": dt.date(2014, 1, 1),
        "when": when,
        "source": "测试",
    }
    return known | changes


def faults(*rows: dict[str, Any], params: Params = PARAMS, day: dt.date = DAY, snapshot: Any = None) -> list[tuple[str, str, str]]:
    return [(p.field, p.value, p.message) for p in validate(RuleSet.of(rows), params, CATALOG, day, [440513], snapshot)]


def setting(value: int, unit: str = "分", region: str = "", since: dt.date = dt.date(2014, 1, 1)) -> Params:
    return PARAMS.overlay(Params({"own": (Threshold("own", "自定", unit, value, since, None, region, "测试", False),)}))


LOW = {"field": "income_fen", "op": "lt", "param": "line_monitoring"}


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"field": "incom_fen", "op": "lt", "value": 5}, "特征目录中没有这个字段"),
        ({"field": "income_fen", "op": "in", "value": ["a"]}, "“人均年收入”不能用运算符“属于”"),
        ({"field": "housing_grade", "op": "lt", "value": 3}, "“登记的住房等级”不能用运算符“小于”"),
        ({"field": "housing_grade", "op": "eq", "value": "e"}, "“登记的住房等级”没有这个代码"),
        ({"field": "monitored", "op": "eq", "value": 1}, "是否型字段的值须是 true 或 false"),
        ({"field": "persons", "op": "lt", "value": True}, "“家庭人口”的值须是整数（人）"),
        ({"field": "income_fen", "op": "lt", "value": 0}, "阈值为 0"),
        ({"field": "income_fen", "op": "lt", "param": "no_such"}, "参数表中没有这个参数"),
        ({"field": "income_fen", "op": "lt", "param": "overdue_days"}, "参数的单位是“天”，字段的单位是“分”"),
        ({"field": "income_fen", "op": "lt", "other": "income_fen"}, "字段与自己比较"),
        ({"field": "income_fen", "op": "lt", "other": "persons"}, "两个字段的类型不同，不能比较"),
        ({"field": "persons", "op": "lt", "value": -1}, "阈值超出这一字段可能的范围，这一支永远不会命中"),
        ({"field": "petitions_6m", "op": "missing"}, "没有记录的户这一项计为 0，不会无数据，这一支永远不会命中"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_named(condition, message):
    assert [f[2] for f in faults(rule(condition))] == [message]


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (({"field": "persons", "op": "lt", "value": 5}, {"field": "persons", "op": "gt", "value": 9}), "小于 5、超过 9"),
        ((LOW, {"field": "income_fen", "op": "ge", "value": 500_000}), "小于 500000、达到 500000"),
        (({"field": "income_fen", "op": "lt", "value": 3, "per": 2}, {"field": "income_fen", "op": "ge", "value": 2}), "小于 3、达到 2"),
        (({"field": "housing_grade", "op": "in", "value": ["a"]}, {"field": "housing_grade", "op": "eq", "value": "b"}), "属于 a、等于 2"),
        (({"field": "income_fen", "op": "missing"}, LOW), "无数据、小于 500000"),
        (
            ({"field": "identified_day", "op": "older", "value": 30}, {"field": "identified_day", "op": "within", "value": 10}),
            "已满 30、在近 10",
        ),
    ],
)
def test_thresholds_that_contradict_each_other_are_an_error(pair, said):
    found = faults(rule(*pair))
    assert [f[1] for f in found] == [said]
    assert "永远不会命中" in found[0][2]
    assert faults(rule(*pair, any_of=True)) == []


def test_a_dead_branch_within_an_alternative_is_an_error_too():
    dead = {"all": [{"field": "persons", "op": "lt", "value": 5}, {"field": "persons", "op": "gt", "value": 9}]}
    assert len(faults(rule({"any": [LOW, dead]}))) == 1


def test_a_threshold_of_zero_and_a_missing_one_are_named_with_place_and_day():
    asks = rule({"field": "income_fen", "op": "lt", "param": "own"})
    assert faults(asks, params=setting(0)) == [("income_fen", "0", "参数 own 在 440513 于 2020-02-17 的阈值为 0")]
    assert faults(asks, params=setting(5, region="4406")) == [("income_fen", "own", "参数在 440513 于 2020-02-17 没有生效的值")]
    assert faults(asks, params=setting(5, since=dt.date(2020, 2, 18))) == [
        ("income_fen", "own", "参数在 440513 于 2020-02-17 没有生效的值")
    ]
    assert faults(asks, params=setting(5)) == []


def test_a_feed_without_rows_in_the_window_is_an_error(golden):
    asks = rule({"field": "payroll_3m", "op": "ge", "value": 1})
    assert faults(asks, snapshot=golden) == []
    late = dt.date(2021, 2, 17)
    assert faults(asks, snapshot=golden, day=late) == [
        ("payroll_3m", "payroll", "部门数据只有 2019-01-01 至 2020-02-17，窗口 2020-11-01 至 2021-01-31 内没有一行")
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"valid_to": dt.date(2014, 1, 1)}, "失效日期不晚于生效日期，规则永远不会生效"),
        ({"risk": "poverty"}, "风险类型不认识"),
        ({"material": [{"field": "persons", "way": "rises", "amount": 1}]}, "实质变化所看的字段不在规则的条件里"),
        ({"material": [{"field": "income_fen", "way": "falls"}]}, "实质变化的幅度为 0，任何变化都会重新打开线索"),
    ],
)
def test_what_a_rule_says_of_itself_is_checked(changes, message):
    if "valid_to" in changes:
        from shouwang.engine.checking import check

        assert [p.message for p in check(RuleSet.of([rule(LOW, **changes)]).rules[0], PARAMS, CATALOG, DAY, [440513])] == [message]
    else:
        assert [f[2] for f in faults(rule(LOW, **changes))] == [message]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"when": {"field": "income_fen", "op": "<", "value": 5}}, "运算符不认识"),
        ({"when": {"field": "income_fen", "op": "lt", "value": 0.5}}, "阈值不能是小数"),
        ({"when": {"field": "income_fen", "op": "lt", "value": 5, "param": "own"}}, "须在 value、param、other 中恰好给出一个"),
        ({"when": {"field": "income_fen", "op": "missing", "value": 5}}, "运算符 missing 不带阈值"),
        ({"when": {"all": []}}, "条件组是空的"),
        ({"when": {"sql": "1=1"}}, "条件中有不认识的项"),
        ({"when": {"field": "income_fen", "op": "lt", "value": 5, "per": 0}}, "per 须是正整数"),
        ({"kind": "magic"}, "类别不认识"),
        ({"valid_from": "2020-01-01x"}, "不是日期"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_rule_named(changes, message):
    with pytest.raises(SweepRefused) as no:
        RuleSet.of([rule(LOW, **changes)])
    assert no.value.problems[0].rule == "r"
    assert message in no.value.problems[0].message


def test_the_same_version_twice_is_refused_and_a_younger_one_counts():
    with pytest.raises(SweepRefused, match="同一规则的同一版本出现两次"):
        RuleSet.of([rule(LOW), rule(LOW)])
    both = RuleSet.of([rule(LOW), rule(LOW, version=2, valid_from=dt.date(2020, 2, 17))])
    assert [r.version for r in both.in_force(dt.date(2020, 2, 16), 440513).rules] == [1]
    assert [r.version for r in both.in_force(DAY, 440513).rules] == [2]


def test_no_rule_in_force_is_an_error():
    assert faults(rule(LOW, region="51")) == [("", "2020-02-17", "这一天没有一条规则生效")]
