"""The procedure from lead to measures, and every step out of order, by the wrong person or with wrong input refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import NotPermitted, Refused, Stale
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.monitoring.actions import care, checks, county, steps, town, village
from shouwang.ledgers.monitoring.lifecycle import CASE
from shouwang.ledgers.monitoring.models import CommunityAppraisal, FollowUp, Lead, MonitoringCase, PublicPosting, Verification
from shouwang.ledgers.registry.actions import Decision, change_programme_status
from shouwang.ledgers.registry.models import Household, IncomeStatement
from tests.factories.accounts import make_user, scope
from tests.factories.monitoring import add_case, add_follow_up, add_lead, paper
from tests.factories.registry import TODAY, add_helper, add_income, add_status, make_household
from tests.ledgers.monitoring import road
from tests.ledgers.monitoring.road import AMOUNTS, DAY, MEETING, brought_to, fresh, judgement, report

WHEN = TODAY + 8 * DAY


def test_from_lead_to_measures_end_to_end(home, who):
    case = brought_to("determined", home, who)
    home.refresh_from_db()
    assert (home.monitoring, home.standard_system, case.document, case.determined_on) == (
        "borderline",
        "monitored",
        "汕阳扶组〔2020〕9号",
        WHEN,
    )
    assert [lead.state for lead in case.leads.all()] == ["included"]
    assert home.statuses.get(programme="monitoring").risks == "illness"
    assert FollowUp.objects.get(household=home).due_on == dt.date(2020, 3, 25)
    care.add_measure(home, kind="health", risk="illness", content="门诊慢性病报销", since=WHEN, by=who.village, today=WHEN)
    done = care.settle(fresh(case), officer="林责任", helper="黄帮扶", by=who.village, today=WHEN)
    assert (done.state, done.officer, done.closed_on) == ("done", "林责任", WHEN)
    assert [h.name for h in home.helpers.all()] == ["黄帮扶"]
    verbs = list(Event.objects.filter(ledger="monitoring.monitoringcase").order_by("id").values_list("verb", flat=True))
    assert verbs == [
        *("monitoring.case.open", "monitoring.case.authorise", "monitoring.case.verify", "monitoring.case.appraise"),
        *("monitoring.case.post", "monitoring.case.close_posting", "monitoring.case.review", "monitoring.case.join_batch"),
        *("monitoring.case.determine", "monitoring.case.settle"),
    ]


def test_each_step_gives_its_office_one_line(home, who):
    case = brought_to("publicised", home, who)
    lines = {(i.kind, i.office.code) for i in WorkItem.objects.filter(state="open", kind__startswith="monitoring.")}
    assert lines == {("monitoring.publicised", "440513100-zf")}
    town.review(case, by=who.second, today=TODAY + 5 * DAY)
    assert {(i.kind, i.office.code) for i in WorkItem.objects.filter(state="open", kind__startswith="monitoring.")} == {
        ("monitoring.reviewed", "440513-fpb")
    }


ACTS = {
    "verify": road.check,
    "appraise": road.appraise,
    "post": road.post,
    "review": lambda c, w: town.review(c, by=w.second, today=WHEN),
    "determine": road.decide,
    "settle": lambda c, w: care.settle(c, officer="林责任", helper="黄帮扶", by=w.village, today=WHEN),
}


@pytest.mark.parametrize("state", CASE.states)
@pytest.mark.parametrize("move", ACTS)
def test_a_step_out_of_order_is_refused_and_changes_nothing(home, who, state, move):
    if state in CASE.moves[move].sources:
        return
    case = fresh(add_case(home, state=state))
    checks.authorise(case, [paper()], by=who.village, today=TODAY)
    care.add_measure(home, kind="health", risk="illness", content="门诊报销", since=TODAY, by=who.village, today=TODAY)
    with pytest.raises(Refused):
        ACTS[move](case, who)
    assert fresh(case).state == state
    assert (Verification.objects.count(), CommunityAppraisal.objects.count(), PublicPosting.objects.count()) == (0, 0, 0)
    assert IncomeStatement.objects.count() == 0


class TestCheck:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"checked_on": TODAY + DAY}, "不合理"),
            ({"means": "home"}, "不能以“入户”方式核实"),
            ({"problems": " "}, "收入不能单独作为依据"),
            ({"reasons": "收入低"}, "综合研判理由"),
            ({"coping": "able"}, "能够自行应对"),
            ({"conclusion": "reject"}, "须选择原因"),
            ({"conclusion": "reject", "reason_code": "income_stable"}, "不能仅以收入"),
            ({"risks": ()}, "至少有一项"),
            ({"risks": ("illness", "schooling", "disability", "accident", "water", "other")}, "最多 5 项"),
            ({"category": "unstable"}, "可选：边缘户"),
            ({"category": "sudden"}, "可选：边缘户"),
        ],
    )
    def test_what_does_not_hold_is_refused(self, home, who, change, words):
        case = fresh(road.report(home, who))
        with pytest.raises(Refused, match=words):
            road.check(case, who, **change)
        assert (fresh(case).state, Verification.objects.count(), IncomeStatement.objects.count()) == ("reported", 0, 0)

    def test_a_signed_authorisation_is_needed(self, home, who):
        case = fresh(road.report(home, who))
        with pytest.raises(Refused, match="授权承诺书"):
            checks.check_household(case, judgement(), AMOUNTS, persons=3, by=who.village, today=TODAY)
        assert IncomeStatement.objects.count() == 0

    def test_on_the_green_way_the_paper_comes_later_but_before_the_review(self, home, who):
        case = fresh(road.report(home, who, green=True))
        checks.check_household(case, judgement(), AMOUNTS, persons=3, by=who.village, today=TODAY)
        case = road.close(road.post(road.appraise(fresh(case), who), who), who)
        with pytest.raises(Refused, match="授权承诺书"):
            road.review(case, who)
        checks.authorise(case, [paper()], by=who.village, today=TODAY)
        assert road.review(case, who).state == "reviewed"

    def test_income_is_held_against_the_range_of_the_day_and_place_before_and_after_own_payments(self, home, who):
        case = fresh(road.report(home, who))
        road.check(case, who)
        found = Verification.objects.get()
        assert (found.line, found.below, found.below_after) == (5000, True, True)
        assert (str(found.income.window_start), found.income.window_type, found.income.persons) == ("2018-10-01", "oct_sep", 3)

    def test_income_of_that_window_is_corrected_and_not_doubled(self, home, who):
        add_income(home, persons=3, wage=900_000)
        road.check(fresh(road.report(home, who)), who)
        assert (IncomeStatement.objects.get().wage, IncomeStatement.objects.get().version) == (1_000_000, 2)

    def test_a_household_left_out_has_a_reason_and_so_have_its_leads(self, home, who):
        case = road.check(fresh(road.report(home, who)), who, conclusion="reject", coping="able", reason_code="resolved")
        assert (case.state, case.reason_code, case.closed_on) == ("rejected", "resolved", TODAY)
        assert [(x.state, x.reason_code) for x in case.leads.all()] == [("not_included", "resolved")]

    def test_a_poor_household_is_not_taken_in_again(self, home, who):
        add_status(home, standing="poor")
        with pytest.raises(Refused, match="未脱贫户"):
            road.check(fresh(road.report(home, who)), who)

    def test_an_old_page_is_stale(self, home, who):
        case = fresh(road.report(home, who))
        with pytest.raises(Stale):
            checks.check_household(
                case, judgement(), AMOUNTS, persons=3, by=who.village, today=TODAY, uploads=[paper()], version=case.version - 1
            )


class TestAppraisal:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"held_on": TODAY + DAY}, "晚于今天"),
            ({"held_on": TODAY - DAY}, "早于"),
            ({"means": "meeting"}, "不得聚集"),
            ({"present": 19}, "不足3分之2"),
            ({"present": 31}, "不符"),
            ({"minutes": "同意"}, "评议记录"),
        ],
    )
    def test_minutes_that_do_not_hold_are_refused(self, home, who, change, words):
        case = brought_to("verified", home, who)
        with pytest.raises(Refused, match=words):
            village.record_appraisal(case.village, {case: 10}, replace(MEETING, **change), by=who.village, today=TODAY)
        assert (fresh(case).state, CommunityAppraisal.objects.count()) == ("verified", 0)

    def test_more_votes_than_people_are_refused(self, home, who):
        case = brought_to("verified", home, who)
        with pytest.raises(Refused, match="应在 0 与实到 24 之间"):
            road.appraise(case, who, agreed=25)

    def test_half_the_votes_are_not_enough(self, home, who):
        case = road.appraise(brought_to("verified", home, who), who, agreed=12)
        assert (case.state, case.reason_code) == ("rejected", "voted_down")
        assert case.leads.get().state == "not_included"

    def test_it_may_be_put_off(self, home, who):
        case = steps.postpone(brought_to("verified", home, who), TODAY + 20 * DAY, reason="疫情防控期间不聚集", by=who.village, today=TODAY)
        assert (case.state, case.due_on) == ("verified", TODAY + 20 * DAY)
        with pytest.raises(Refused, match="60 天以内"):
            steps.postpone(case, TODAY, reason="再推迟", by=who.village, today=TODAY)


class TestPosting:
    def test_it_hangs_five_days_and_not_one_less(self, home, who):
        case = brought_to("posted", home, who)
        assert (case.posting.starts_on, case.posting.ends_on) == (TODAY, TODAY + 4 * DAY)
        with pytest.raises(Refused, match="不得少于"):
            road.close(case, who, TODAY + 4 * DAY)

    def test_an_objection_is_answered_before_it_closes(self, home, who):
        case = brought_to("posted", home, who)
        said = {"content": "该户有小汽车", "raised_by": "", "raised_on": TODAY}
        objection = village.raise_objection(case, **said, by=who.village, today=TODAY)
        with pytest.raises(Refused, match="1 条异议没有答复"):
            road.close(case, who)
        village.answer_objection(objection, answer="经查，小汽车系其弟所有", upheld=False, by=who.village, today=TODAY)
        with pytest.raises(Refused, match="不能重复答复"):
            village.answer_objection(objection, answer="再次答复一次", upheld=False, by=who.village, today=TODAY)
        assert road.close(case, who).state == "publicised"

    def test_an_objection_that_holds_sends_the_case_back(self, home, who):
        case = brought_to("posted", home, who)
        objection = village.raise_objection(case, content="该户有小汽车", raised_by="", raised_on=TODAY, by=who.village, today=TODAY)
        village.answer_objection(objection, answer="经查属实，有经营性车辆", upheld=True, by=who.village, today=TODAY)
        case = fresh(case)
        assert (case.state, case.returns) == ("reported", 1)
        assert case.return_reason.startswith("公示异议成立")

    def test_a_case_of_another_village_is_refused(self, home, who, city):
        case = fresh(add_case(make_household(city.at("440513100002")), state="appraised"))
        with pytest.raises(Refused, match="不在本村"):
            village.post(home.village, [case], starts_on=TODAY, where="村委会公示栏", by=who.county, today=TODAY)
        assert PublicPosting.objects.count() == 0


class TestTownAndCounty:
    def test_who_checked_does_not_review(self, home, who):
        case = fresh(add_case(home, state="reported"))
        checks.check_household(case, judgement(), AMOUNTS, persons=3, by=who.town, today=TODAY, uploads=[paper()])
        case = road.close(road.post(road.appraise(fresh(case), who), who), who)
        with pytest.raises(NotPermitted, match="核实人以外"):
            town.review(case, by=who.town, today=TODAY + 5 * DAY)

    def test_a_return_goes_to_the_named_step_and_is_counted(self, home, who):
        case = brought_to("publicised", home, who)
        with pytest.raises(NotPermitted):
            steps.send_back(case, "back_to_check", reason="收入缺转移性部分", by=who.village, today=TODAY)
        with pytest.raises(Refused, match="至少 4 个字"):
            steps.send_back(case, "back_to_check", reason="缺", by=who.second, today=TODAY)
        back = steps.send_back(case, "back_to_check", reason="收入缺转移性部分", by=who.second, today=TODAY)
        assert (back.state, back.returns, back.return_reason) == ("reported", 1, "收入缺转移性部分")

    def test_a_single_row_is_returned_and_the_rest_decided(self, home, who):
        one, other = (brought_to("reviewed", h, who) for h in (home, make_household(home.region)))
        batch = county.open_batch(one.county, [one, other], number="第1批", by=who.county, today=WHEN)
        county.return_row(fresh(one), "back_to_check", reason="比对发现有车辆，请核实", by=who.county, today=WHEN)
        said = county.Resolution("比对发现 1 户有车辆", WHEN - DAY, WHEN, "汕阳扶组〔2020〕9号")
        county.decide(batch, said, by=who.county, today=WHEN)
        assert [(fresh(c).state, fresh(c).batch_id) for c in (one, other)] == [("reported", None), ("determined", batch.pk)]

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"comparison": " "}, "都须填写"),
            ({"document": ""}, "都须填写"),
            ({"compared_on": WHEN + DAY}, "顺序不对"),
            ({"meeting_on": WHEN + DAY}, "顺序不对"),
        ],
    )
    def test_a_decision_without_its_papers_is_refused(self, home, who, change, words):
        case = brought_to("reviewed", home, who)
        batch = county.open_batch(case.county, [case], number="第1批", by=who.county, today=WHEN)
        said = county.Resolution("比对无异常", WHEN - DAY, WHEN, "汕阳扶组〔2020〕9号")
        with pytest.raises(Refused, match=words):
            county.decide(batch, replace(said, **change), by=who.county, today=WHEN)
        assert (fresh(case).state, Household.objects.get(pk=home.pk).monitoring) == ("reviewed", "")

    def test_a_case_is_in_one_batch_only(self, home, who):
        case = brought_to("reviewed", home, who)
        batch = county.open_batch(case.county, [case], number="第1批", by=who.county, today=WHEN)
        with pytest.raises(Refused, match="已在其他批次"):
            county.open_batch(case.county, [fresh(case)], number="第2批", by=who.county, today=WHEN)
        county.drop_batch(batch, reason="会议推迟", by=who.county, today=WHEN)
        assert county.open_batch(case.county, [fresh(case)], number="第2批", by=who.county, today=WHEN).cases.count() == 1

    def test_one_bad_row_stops_the_batch_and_is_named(self, home, who):
        case = brought_to("reviewed", home, who)
        add_status(home, standing="poor", since=TODAY)
        batch = county.open_batch(case.county, [case], number="第1批", by=who.county, today=WHEN)
        said = county.Resolution("比对无异常", WHEN - DAY, WHEN, "汕阳扶组〔2020〕9号")
        with pytest.raises(Refused, match=f"户编号 {home.code}"):
            county.decide(batch, said, by=who.county, today=WHEN)
        batch.refresh_from_db()
        assert (batch.state, fresh(case).state) == ("draft", "reviewed")

    def test_a_town_does_not_determine(self, home, who):
        case = brought_to("reviewed", home, who)
        with pytest.raises(NotPermitted):
            county.open_batch(case.county, [case], number="第1批", by=who.town, today=WHEN)


class TestCare:
    def test_no_measure_for_a_risk_is_named(self, home, who):
        case = brought_to("determined", home, who)
        care.add_measure(home, kind="industry", risk="", content="种植青梅", since=WHEN, by=who.village, today=WHEN)
        with pytest.raises(Refused, match="风险“因病”还没有对应的帮扶措施"):
            care.settle(case, officer="林责任", helper="黄帮扶", by=who.village, today=WHEN)

    def test_a_follow_up_plans_the_next(self, home, who):
        brought_to("determined", home, who)
        planned = FollowUp.objects.get(household=home)
        said = {"means": "phone", "finding": "same", "said": "病情稳定，按月复诊"}
        care.record_follow_up(planned, done_on=WHEN, **said, by=who.village, today=WHEN)
        assert list(home_days(home)) == [(dt.date(2020, 3, 25), WHEN), (dt.date(2020, 3, 25), None)]
        with pytest.raises(Refused, match="本次回访已于"):
            care.record_follow_up(planned, done_on=WHEN, **said, by=who.village, today=WHEN)

    def test_a_helper_follows_up_the_own_household(self, home, who, city):
        brought_to("determined", home, who)
        user = make_user("helper", city.offices["4405-rsj"], "helper", name="黄帮扶")
        add_helper(home, user=user, name="黄帮扶")
        planned = FollowUp.objects.get(household=home)
        care.record_follow_up(planned, done_on=WHEN, means="phone", finding="better", said="病情好转，可以下地", by=scope(user), today=WHEN)
        assert FollowUp.objects.filter(household=home).count() == 2


def home_days(home: Household) -> list[tuple[dt.date, dt.date | None]]:
    return list(FollowUp.objects.filter(household=home).order_by("id").values_list("due_on", "done_on"))


class TestRemovalAndPoverty:
    def watched(self, home: Household, **kw: object) -> None:
        add_status(home, programme="monitoring", standing="borderline", risks="illness", since=dt.date(2019, 8, 1), **kw)
        add_income(home, persons=1, wage=800_000)

    def test_what_stands_against_removal_is_said_item_by_item(self, home, who):
        self.watched(home)
        Household.objects.filter(pk=home.pk).update(no_labour=True, housing_grade="d", water_quality=False)
        with pytest.raises(Refused) as no:
            checks.start(home, "clear", reason="病情稳定", by=who.village, today=TODAY)
        for words in ("暂不标注", "住房安全", "饮水安全", "风险“因病”没有对应的帮扶措施"):
            assert words in no.value.message
        assert MonitoringCase.objects.count() == 0

    def test_too_early_is_too_early(self, home, who):
        add_status(home, programme="monitoring", standing="borderline", risks="other", since=TODAY - 30 * DAY)
        add_income(home, persons=1, wage=800_000)
        with pytest.raises(Refused, match="不满 6 个月"):
            checks.start(home, "clear", reason="病情稳定", by=who.village, today=TODAY)

    def test_a_risk_is_cleared_by_the_same_procedure(self, home, who):
        self.watched(home)
        care.add_measure(home, kind="health", risk="illness", content="慢性病报销", since=TODAY, by=who.village, today=TODAY)
        care.plan_next(home, after=TODAY, by=who.village, today=TODAY)
        case = fresh(checks.start(Household.objects.get(pk=home.pk), "clear", reason="病情稳定", by=who.village, today=TODAY))
        amounts = {**AMOUNTS, "wage": 800_000, "out_of_pocket": 0}
        said = judgement(problems="病情稳定，收入稳定", coping="unable", risks=(), category="", manner="helped", conclusion="include")
        with pytest.raises(Refused, match="不能建议风险消除"):
            checks.check_household(case, said, amounts, persons=1, by=who.village, today=TODAY, uploads=[paper()])
        said = replace(said, coping="able")
        checks.check_household(case, said, amounts, persons=1, by=who.village, today=TODAY, uploads=[paper()])
        case = road.decide(road.review(road.close(road.post(road.appraise(fresh(case), who), who), who), who), who)
        home.refresh_from_db()
        assert (case.state, home.monitoring, FollowUp.objects.count()) == ("done", "cleared", 0)

    def test_relapse_is_a_status_of_its_own(self, home, who):
        add_status(home, standing="exited", standard_system="national_registered")
        case = fresh(checks.start(home, "relapse", reason="大病返贫", by=who.village, today=TODAY))
        road.check(case, who, category="", risks=())
        case = road.decide(road.review(road.close(road.post(road.appraise(fresh(case), who), who), who), who), who)
        home.refresh_from_db()
        assert (case.state, home.registration, home.monitoring) == ("done", "relapsed", "")

    def test_a_watched_household_that_falls_back_ends_its_case_its_watch_and_its_visits(self, home, who):
        add_status(home, standing="exited", standard_system="national_registered", since=dt.date(2018, 1, 1))
        add_status(home, programme="monitoring", standing="unstable", risks="unstable_work", since=dt.date(2019, 12, 1))
        care.plan_next(home, after=TODAY, by=who.village, today=TODAY)
        before = report(home, who)  # another risk while it is watched
        lead = Lead.objects.get(case=before)
        with pytest.raises(Refused, match="已有在办"):
            checks.start(home, "clear", reason="病情稳定", by=who.village, today=TODAY)
        case = fresh(checks.start(home, "relapse", reason="大病返贫", by=who.village, today=TODAY))
        before.refresh_from_db(), lead.refresh_from_db()
        assert (before.state, before.closed_on) == ("overtaken", TODAY)
        assert (lead.case_id, lead.state) == (case.pk, "open")  # decided with the case that goes on
        with pytest.raises(Refused, match="已有在办"):
            checks.start(home, "relapse", reason="大病返贫", by=who.village, today=TODAY)
        road.check(case, who, category="", risks=())
        case = road.decide(road.review(road.close(road.post(road.appraise(fresh(case), who), who), who), who), who)
        home.refresh_from_db(), lead.refresh_from_db()
        assert (case.state, home.registration, home.monitoring, lead.state) == ("done", "relapsed", "", "included")
        period = home.statuses.get(programme="monitoring")
        assert (period.standing, period.until) == ("unstable", case.determined_on)
        assert FollowUp.objects.filter(done_on=None).count() == 0

    def test_a_case_kept_from_the_village_does_not_give_way_to_it(self, home, who):
        add_status(home, standing="exited", standard_system="national_registered")
        add_case(home, lowest=3)
        with pytest.raises(Refused, match="已有在办"):
            checks.start(home, "relapse", reason="大病返贫", by=who.village, today=TODAY)

    @pytest.mark.parametrize("state", ["reported", "reviewed", "determined"])
    def test_a_relapse_entered_in_the_file_ends_the_open_case_too(self, home, who, state):
        add_status(home, standing="exited", standard_system="national_registered", since=dt.date(2018, 1, 1))
        add_status(home, programme="monitoring", standing="unstable", risks="illness", since=dt.date(2019, 12, 1))
        case = add_case(home, state=state)
        lead = add_lead(home, case)
        add_follow_up(home)
        decision = Decision(TODAY, "区扶组〔2020〕12号")
        change_programme_status(home, "relapse", decision, reason="县级审定", by=who.county, today=TODAY)
        case.refresh_from_db(), lead.refresh_from_db(), home.refresh_from_db()
        assert (case.state, lead.state, home.monitoring, FollowUp.objects.count()) == ("overtaken", "included", "", 0)
        assert not WorkItem.objects.filter(state="open", kind__startswith="monitoring.").exists()

    def test_watching_is_not_ended_by_itself(self, home, who):
        add_status(home, programme="monitoring", standing="borderline", risks="illness", since=dt.date(2019, 12, 1))
        with pytest.raises(Refused, match="不单独登记"):
            change_programme_status(home, "end_watch", Decision(TODAY, "文"), reason="终止", by=who.county, today=TODAY)

    def test_relapse_needs_income_under_the_line(self, home, who):
        add_status(home, standing="exited", standard_system="national_registered")
        case = fresh(checks.start(home, "relapse", reason="大病返贫", by=who.village, today=TODAY))
        with pytest.raises(Refused, match="不能登记返贫"):
            checks.check_household(
                case, judgement(category="", risks=()), {**AMOUNTS, "wage": 9_000_000, "out_of_pocket": 0}, persons=3,
                by=who.village, today=TODAY, uploads=[paper()],
            )  # fmt: skip

    def test_only_who_left_poverty_relapses(self, home, who):
        with pytest.raises(Refused, match="只用于已脱贫户"):
            checks.start(home, "relapse", reason="返贫", by=who.village, today=TODAY)
        assert checks.start(home, "fall", reason="新致贫", by=who.village, today=TODAY).purpose == "fall"
