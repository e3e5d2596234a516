"""The rule desk: drafts that could match, a dry run before approval, a second person, nothing relaxed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.ledgers.monitoring.models import Lead, RuleVersion, ThresholdChange
from shouwang.ledgers.monitoring.watch import backtests, book, desk, locks, trial
from tests.factories.registry import add_status
from tests.ledgers.monitoring.watch.conftest import POOR, TODAY, Watch, home, swept

pytestmark = pytest.mark.django_db
NEXT = TODAY + dt.timedelta(1)


def said(limit: int = 600_000, **more: Any) -> dict[str, Any]:
    """A local rule: income per head under so much."""
    return {
        "name": "收入偏低（本地）", "kind": "risk", "risk": "other", "valid_from": TODAY, "valid_to": None,
        "when": {"all": [{"field": "income_fen", "op": "lt", "value": limit}]},
        "material": [{"field": "income_fen", "way": "falls", "percent": 10}], "source": "区扶组会议纪要 2020-02-10", **more,
    }  # fmt: skip


def draft(watch: Watch, **kw: Any) -> RuleVersion:
    by = watch.by(watch.author)
    return desk.save_rule(said(**kw), version=None, region=desk.region_of(by), by=by, today=TODAY)


def approved(watch: Watch, **kw: Any) -> RuleVersion:
    made = draft(watch, **kw)
    trial.dry_run(made, by=watch.by(watch.author), today=TODAY)
    desk.submit(made, by=watch.by(watch.author), today=TODAY)
    desk.decide(made, "approve", by=watch.by(watch.approver), today=TODAY)
    made.refresh_from_db()
    return made


def test_a_dry_run_says_how_right_it_would_have_been_by_what_was_decided_before(watch: Watch) -> None:
    other = home(watch.city, "440513100002", POOR, head_name="陈另户")
    third = home(watch.city, "440513100002", POOR, head_name="陈无结论")
    swept(watch.by(watch.author))
    first = trial.dry_run(draft(watch), by=watch.by(watch.author), today=TODAY).trial
    assert (first["leads"], first["judged"], first["right"]) == (3, 0, 0)
    Lead.objects.filter(household=watch.poor).update(state="included", decided_on=TODAY)
    Lead.objects.filter(household=other).update(state="not_included", decided_on=TODAY, reason_code="untrue")
    assert Lead.objects.filter(household=third, state="open").exists()
    again = trial.dry_run(RuleVersion.objects.get(), by=watch.by(watch.author), today=TODAY).trial
    assert (again["leads"], again["judged"], again["right"]) == (3, 2, 1)


def test_a_rule_goes_from_draft_through_dry_run_and_second_person_into_the_sweep(watch: Watch) -> None:
    swept(watch.by(watch.author))
    made = draft(watch)
    assert (made.rule, made.number, made.state) == ("own_440513_1", 1, "draft")
    with pytest.raises(Refused, match="提交前须先试算"):
        desk.submit(made, by=watch.by(watch.author), today=TODAY)
    tried = trial.dry_run(made, by=watch.by(watch.author), today=TODAY)
    assert {k: tried.trial[k] for k in ("leads", "new", "known", "visits", "towns")} == {
        "leads": 1, "new": 1, "known": 0, "visits": 1, "towns": {"440513100": {"new": 1, "known": 0, "before": 0}},
    }  # fmt: skip
    assert not Lead.objects.filter(rule=made.rule).exists()
    desk.submit(made, by=watch.by(watch.author), today=TODAY)
    with pytest.raises(NotPermitted):
        desk.decide(made, "approve", by=watch.by(watch.author), today=TODAY)
    desk.decide(made, "approve", by=watch.by(watch.approver), today=TODAY, reason="同意")
    made.refresh_from_db()
    assert (made.state, made.approver, made.decided_on) == ("approved", "leader", TODAY)
    assert swept(watch.by(watch.author)).counts["recorded"] == 1
    lead = Lead.objects.get(rule=made.rule)
    assert (lead.rule_version, lead.rule_hash, lead.values) == (1, book.as_rule(made).digest, {"income_fen": POOR})


def test_an_approver_who_wrote_the_draft_may_not_approve_it(watch: Watch) -> None:
    made = draft(watch)
    trial_free = RuleVersion.objects.filter(pk=made.pk)
    trial_free.update(state="submitted", author_id=watch.approver.pk)
    with pytest.raises(NotPermitted, match="另一人"):
        desk.decide(made, "approve", by=watch.by(watch.approver), today=TODAY)


def test_the_next_version_is_compared_with_the_one_in_force(watch: Watch) -> None:
    home(watch.city, "440513100002", 550_000, head_name="陈边缘")
    swept(watch.by(watch.author))
    first = approved(watch, limit=400_000)
    second = desk.next_version(first, by=watch.by(watch.author), today=TODAY)
    with pytest.raises(Refused, match="已有一个未定的版本"):
        desk.next_version(first, by=watch.by(watch.author), today=TODAY)
    assert (second.number, second.state, second.valid_from) == (2, "draft", NEXT)
    desk.save_rule(said(600_000, valid_from=NEXT), version=second, region=second.region, by=watch.by(watch.author), today=TODAY)
    second.refresh_from_db()
    tried = trial.dry_run(second, by=watch.by(watch.author), today=TODAY).trial
    assert (tried["leads"], tried["before"], tried["before_leads"], tried["added"], tried["dropped"]) == (2, 1, 1, 1, 0)
    desk.submit(second, by=watch.by(watch.author), today=TODAY)
    desk.decide(second, "approve", by=watch.by(watch.approver), today=TODAY)
    rules = book.rules()
    assert [rules.in_force(day, 440513).rule(first.rule).version for day in (TODAY, NEXT)] == [1, 2]
    assert not [r for r in rules.in_force(NEXT, 440514).rules if r.id == first.rule]


def test_what_is_approved_is_not_rewritten_and_an_end_keeps_the_past(watch: Watch) -> None:
    swept(watch.by(watch.author))
    made = approved(watch)
    with pytest.raises(Refused, match="不能再改"):
        desk.save_rule(said(), version=made, region=made.region, by=watch.by(watch.author), today=TODAY)
    with pytest.raises(Refused):
        desk.end(made, by=watch.by(watch.approver), today=TODAY, reason="")
    desk.end(made, by=watch.by(watch.approver), today=NEXT, reason="并入省级规则")
    assert [bool([r for r in book.rules().in_force(day, 440513).rules if r.id == made.rule]) for day in (TODAY, NEXT)] == [True, False]


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ([{"field": "income_fan", "op": "lt", "value": 1}], "income_fan"),
        ([{"field": "income_fen", "op": "lt", "value": 0}], "阈值为 0"),
        ([{"field": "income_fen", "op": "lt", "value": 100}, {"field": "income_fen", "op": "gt", "value": 200}], "永远不会命中"),
        ([{"field": "income_fen", "op": "lt", "param": "no_such_line"}], "没有这个参数"),
    ],
)
def test_a_rule_that_cannot_match_is_refused_before_it_is_saved(watch: Watch, when: Any, words: str) -> None:
    with pytest.raises(Refused, match=words):
        draft(watch, when={"all": when})
    assert not RuleVersion.objects.exists()


def test_a_rule_over_an_empty_feed_is_refused_at_the_dry_run(watch: Watch) -> None:
    swept(watch.by(watch.author))
    made = draft(
        watch,
        when={"all": [{"field": "petitions_6m", "op": "ge", "value": 2}]},
        material=[{"field": "petitions_6m", "way": "rises", "percent": 50}],
    )
    with pytest.raises(Refused, match="快照中没有这项部门数据"):
        trial.dry_run(made, by=watch.by(watch.author), today=TODAY)


def change(watch: Watch, value: int, param: str = "own_single_other", by: Any = None) -> ThresholdChange:
    by = by or watch.by(watch.author)
    said = {"param": param, "value": value, "valid_from": TODAY, "source": "区扶组会议纪要"}
    return desk.propose_threshold(said, region=desk.region_of(by), by=by, today=TODAY)


def test_a_threshold_may_be_made_stricter_by_a_second_person_and_never_relaxed(watch: Watch) -> None:
    with pytest.raises(Refused, match="只能加严不能放宽"):
        change(watch, 1_200_000)
    with pytest.raises(Refused, match="不能是 0"):
        change(watch, 0)
    with pytest.raises(Refused, match="省级锁定"):
        change(watch, 700_000, "line_monitoring")
    made = change(watch, 800_000)
    assert book.params().get("own_single_other", TODAY, 440513).value == 1_000_000
    with pytest.raises(NotPermitted):
        desk.decide(made, "approve", by=watch.by(watch.author), today=TODAY)
    desk.decide(made, "approve", by=watch.by(watch.approver), today=TODAY)
    assert [book.params().get("own_single_other", TODAY, c).value for c in (440513, 440514)] == [800_000, 1_000_000]
    with pytest.raises(Refused, match="只能加严"):
        desk.propose_threshold(
            {"param": "own_single_other", "value": 900_000, "valid_from": NEXT, "source": "x"},
            region=made.region,
            by=watch.by(watch.author),
            today=TODAY,
        )


def test_every_threshold_of_the_rulebook_knows_whether_it_may_move() -> None:
    rules = book.published()
    ways = {name: locks.directions(name, rules) for name in book.published_params().by_name}
    assert ways["line_monitoring"] == {1, -1} and ways["own_single_other"] == {-1}
    assert all(w <= {1, -1, 0} for w in ways.values())


def test_a_backtest_holds_past_snapshots_against_what_was_decided_since(watch: Watch) -> None:
    missed = home(watch.city, "440513100002", 900_000, head_name="吴漏掉")
    swept(watch.by(watch.author))
    later = TODAY + dt.timedelta(40)
    add_status(watch.poor, programme="monitoring", standing="borderline", risks="other", since=TODAY + dt.timedelta(20))
    add_status(missed, programme="monitoring", standing="borderline", risks="other", since=TODAY + dt.timedelta(20))
    made = draft(watch)
    with pytest.raises(Refused, match="没有更早的快照"):
        backtests.start(made, by=watch.by(watch.author), today=TODAY)
    [shot] = backtests.usable(made, later)
    assert backtests.one(shot, made.read(), made, later) == {
        "asof": "2020-02-17", "until": later.isoformat(), "leads": 1, "judged": 1, "right": 1, "included": 2, "missed": 1,
    }  # fmt: skip
