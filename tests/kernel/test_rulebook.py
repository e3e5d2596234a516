"""Dated policy values: which one holds, and that every file in the book is whole."""

import datetime as dt
from importlib.resources import files

import pytest
import yaml

from shouwang.kernel import rulebook
from shouwang.kernel.rulebook import Rule, lookup

DAY = dt.date(2020, 2, 17)


def rule(value: int, since: str, until: str = "", region: str = "") -> Rule:
    day = dt.date.fromisoformat
    return Rule("n", value, "day", day(since), day(until) if until else None, region, "来源", False)


@pytest.fixture
def rules(monkeypatch):
    held: list[Rule] = []
    monkeypatch.setattr(rulebook, "book", lambda _file: {"n": tuple(held)})
    return held


@pytest.mark.parametrize(("on", "value"), [("2019-12-31", 1), ("2020-01-01", 2), ("2020-06-30", 2), ("2020-07-01", 3), ("2030-01-01", 3)])
def test_the_youngest_value_in_force_holds_and_periods_are_half_open(rules, on, value):
    rules += [rule(1, "2019-01-01"), rule(2, "2020-01-01", "2020-07-01"), rule(3, "2020-07-01")]
    assert lookup("f", "n", on=dt.date.fromisoformat(on)).value == value


def test_the_most_specific_place_wins_over_the_youngest_value(rules):
    rules += [rule(1, "2020-02-01"), rule(2, "2019-01-01", region="44"), rule(3, "2019-06-01", region="4405")]
    assert [lookup("f", "n", on=DAY, region=r).value for r in ("440513000000", "440100000000", "110000000000", "")] == [3, 2, 1, 1]


def test_a_value_that_cannot_be_found_is_an_error_with_its_name(rules):
    rules.append(rule(1, "2020-03-01"))
    with pytest.raises(LookupError, match=r"f\.n: nothing in force on 2020-02-17 at everywhere"):
        lookup("f", "n", on=DAY)
    with pytest.raises(LookupError, match=r"f\.m: nothing in force"):
        lookup("f", "m", on=DAY)


def dated_books() -> list[str]:
    """The files whose entries are lists of dated values."""
    found = []
    for path in files("shouwang.rulebook").iterdir():
        if path.name.endswith(".yaml"):
            raw = yaml.safe_load(path.read_text("utf-8"))
            if isinstance(raw, dict) and raw and all(isinstance(e, dict) and "values" in e for e in raw.values()):
                found.append(path.name.removesuffix(".yaml"))
    return sorted(found)


def test_the_clocks_are_a_dated_book():
    assert "clocks" in dated_books()


@pytest.mark.parametrize("file", dated_books())
def test_every_value_says_from_when_it_holds_and_where_it_comes_from(file):
    for name, rules in rulebook.book(file).items():
        assert rules, name
        for r in rules:
            assert isinstance(r.valid_from, dt.date), name
            assert r.valid_to is None or r.valid_to > r.valid_from, name
            assert len(r.source) > 3, name


@pytest.mark.parametrize("name", ["task_acknowledge", "remind_before", "bulletin_after", "tier_minimum", "suggestion_reply", "soon"])
def test_the_clocks_of_the_thread_are_in_force_on_the_day_of_the_notice(name):
    found = lookup("clocks", name, on=dt.date(2020, 2, 14), region="440500000000")
    assert found.value > 0
    assert found.unit in {"working_day", "day", "hour"}
