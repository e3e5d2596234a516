"""What the pages of leads and cases show: pure shaping of rows read in scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from shouwang.kernel.attachments.queries import attachments_of
from shouwang.kernel.audit.queries import timeline
from shouwang.kernel.errors import Refused
from shouwang.kernel.privacy.classes import Group
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.impact.queries import Allowed
from shouwang.ledgers.monitoring import queries
from shouwang.ledgers.monitoring.actions import Recorded
from shouwang.ledgers.monitoring.actions.checks import authorised, income_window, statement_for
from shouwang.ledgers.monitoring.actions.intake import county_code
from shouwang.ledgers.monitoring.clearing import clear_problems
from shouwang.ledgers.monitoring.lifecycle import BATCH, CASE, DISCREPANCY, LEAD, OPEN
from shouwang.ledgers.monitoring.matching import kinds_of, uncovered, watched_risks
from shouwang.ledgers.monitoring.models import (
    CommunityAppraisal,
    DeterminationBatch,
    Discrepancy,
    Lead,
    MonitoringCase,
    PublicPosting,
    Verification,
)
from shouwang.ledgers.monitoring.policies import CHECK, DETERMINE, FOLLOW, RETURNS, REVIEW, VIEW
from shouwang.ledgers.monitoring.procedure_forms import ResolutionForm
from shouwang.ledgers.monitoring.rules import rule, word
from shouwang.ledgers.monitoring.tables import due_light, risk_words
from shouwang.ledgers.monitoring.watch import book
from shouwang.ledgers.monitoring.watch.discrepancies import ANSWERS
from shouwang.ledgers.monitoring.watch.explaining import explained
from shouwang.ledgers.registry.codes import in_words
from shouwang.ledgers.registry.codes import word as code_word
from shouwang.ledgers.registry.income import after_medical, per_capita, window_of
from shouwang.ledgers.registry.lines import line_of
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.policies import may_reveal, seen_groups
from shouwang.ledgers.registry.record import HIDDEN, Item
from shouwang.ledgers.registry.visits import visit_word

STEPS = ("reported", "verified", "appraised", "posted", "publicised", "reviewed", "determined", "done")
STEP_WORDS = ("核实", "评议", "张贴公示", "公示", "镇初审", "县审定", "落实帮扶", "办结")


def said_after(done: Recorded) -> str:
    """What the reporter is told."""
    if done.known:
        return "线索已登记。该户已因同类风险在监测，记为“已在册”。"
    return "线索已登记，并入该户在办的个案。" if done.merged else "线索已登记，已建立个案并转办。"


def case_tags(case: MonitoringCase, today: dt.date) -> list[dict[str, str]]:
    """The badges beside the name."""
    light = due_light(case, today)
    out = [{"text": case.purpose_word, "tone": "b"}, {"text": case.get_state_display(), "tone": CASE.states[case.state].tone}]
    out += [{"text": "红色", "tone": "r"}] if case.level == "red" else []
    out += [{"text": "绿色通道", "tone": "g"}] if case.green else []
    return out + ([{"text": light.text, "tone": light.tone}] if light else [])


def steps(case: MonitoringCase) -> list[dict[str, str]]:
    """The procedure as a row of steps; a case that ended early shows where."""
    now = STEPS.index(case.state) if case.state in STEPS else -1
    chosen = [i for i in range(len(STEPS)) if case.purpose == "include" or STEPS[i] != "determined"]
    kinds = {i: "done" if i < now or case.state == "done" else "now" if i == now else "todo" for i in chosen}
    if now < 0:
        kinds = dict.fromkeys(chosen, "todo")
    return [{"label": STEP_WORDS[i], "state": kinds[i], "note": ""} for i in chosen]


def place_of(row: Any) -> list[str]:
    """The grey line under a name: code and place."""
    return [row.household.code, " ".join(str(p) for p in (row.county, row.town, row.village) if p), row.household.hamlet]


def lead_items(lead: Lead, see: Any, today: dt.date) -> list[Item]:
    """The grid of a lead."""
    source = lead.get_source_display() + (f"（{lead.department}）" if lead.department else "")
    items = [
        Item("来源", source),
        Item("风险类型", risk_words(lead.risk, today) if see(Group.BASE) else HIDDEN),
        Item("级别", lead.get_level_display(), tone="r" if lead.level == "red" else "o"),
        Item("发现日期", str(lead.found_on)),
        Item("登记人", lead.reporter or None),
        Item("处置", lead.get_state_display(), tone=LEAD.states[lead.state].tone),
    ]
    if lead.rule:
        items += [
            Item("规则", book.name_of(lead.rule, getattr(lead, "own_rule", None)) if see(Group.CASE) else HIDDEN),
            Item("规则版本", lead.rule_version),
        ]
    if see(Group.CASE):
        items += [Item("情况", lead.description, wide=True)] if lead.description else []
        items += [Item("不纳入原因", word("reject_reason", lead.reason_code, today), wide=True)] if lead.reason_code else []
    return items


def lead_context(lead: Lead, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of one lead."""
    see = seen_groups(scope, lead.household, VIEW)
    earlier = queries.leads(scope).filter(household=lead.household_id).exclude(pk=lead.pk)[:10]
    return {
        "lead": lead,
        "items": lead_items(lead, see, today),
        "values": sorted(lead.values.items()) if see(Group.CASE) else [],
        "explained": explained(lead, scope, today),
        "meta": [p for p in place_of(lead) if p],
        "case": lead.case if lead.case and queries.sees(scope, lead.case) else None,
        "earlier": [(x, risk_words(x.risk, today)) for x in earlier],
        "events": timeline(lead._meta.label_lower, str(lead.pk), dated=in_words),
    }


def outcomes(scope: Scope) -> list[tuple[str, queries.RuleOutcome]]:
    """(name of the rule, what became of its leads), one query for the names of offices' own rules."""
    own = book.names("risk", "verify", "quality")
    return [(book.name_of(row.rule, own.get(row.rule)), row) for row in queries.rule_outcomes(scope)]


def discrepancy_context(found: Discrepancy, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of one discrepancy: what does not fit, the rule and the rows behind it, what was answered."""
    see = seen_groups(scope, found.household, VIEW)
    state, others = DISCREPANCY.states[found.state], queries.discrepancies(scope).filter(household=found.household_id)
    items = [
        Item("类别", found.get_kind_display()),
        Item("数据来源", found.department or "户档案"),
        Item("发现日期", str(found.found_on)),
        Item("答复期限", str(found.due_on)),
        Item("状态", state.label, tone=state.tone),
        Item("当前责任", state.owner),
    ]
    if found.answer:
        items.append(
            Item("核对情况", found.answer if see(Group.CASE) else HIDDEN, wide=True, note=f"{found.answered_by} {found.decided_on}")
        )
    return {
        "lead": found,
        "title": book.name_of(found.rule, book.names(found.kind).get(found.rule)) if see(Group.CASE) else "比对疑点",
        "items": items,
        "explained": explained(found, scope, today),
        "see_case": see(Group.CASE),
        "meta": [p for p in place_of(found) if p],
        "others": [(x, _rule_name(x) if see(Group.CASE) else str(x)) for x in others.exclude(pk=found.pk)[:10]],
        "may_answer": found.state == "open" and found.household.closed_on is None and found.covers(scope, CHECK),
        "answers": [(code, DISCREPANCY.moves[code].label) for code in ANSWERS],
        "events": timeline(found._meta.label_lower, str(found.pk)),
    }


def _rule_name(row: Any) -> str:
    return book.name_of(row.rule, row.own_rule)


def case_context(case: MonitoringCase, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of one case."""
    see = seen_groups(scope, case.household, VIEW)
    found = queries.leads(scope).filter(case=case)
    return {
        "case": case,
        "version": case.version,
        "record": {"title": f"{case.household.head_name} 家庭", "tags": case_tags(case, today), "meta": [p for p in place_of(case) if p]},
        "steps": steps(case),
        "owner": CASE.states[case.state].owner,
        "items": case_items(case, scope, see, today),
        "leads": [(x, risk_words(x.risk, today) if see(Group.BASE) else HIDDEN, why_of(x) if see(Group.CASE) else "") for x in found],
        "see_case": see(Group.CASE),
        "checks": [(v, verification_items(v, see, today)) for v in case.verifications.select_related("income")],
        "objections": queries.objections(scope).filter(case=case),
        "files": attachments_of(case) if case.covers(scope, CHECK) or case.covers(scope, REVIEW) else [],
        "authorised": authorised(case),
        "next": next_deeds(case, scope),
        "backs": back_moves(case, scope),
        "may_check": case.covers(scope, CHECK),
        "hands_down": case.state == "reported" and case.lowest < Region.VILLAGE and case.covers(scope, CHECK),
        "phrases": rule("return_phrases", on=today).value,
        "events": timeline(case._meta.label_lower, str(case.pk), dated=in_words),
        "today": today,
    }


def next_deeds(case: MonitoringCase, scope: Scope) -> list[dict[str, str]]:
    """Where the next step is taken, for who may take it; the review has a form of its own on the page."""
    pages = {
        "reported": (CHECK, "核实登记", "monitoring_check", case.pk),
        "verified": (CHECK, "登记民主评议", "monitoring_appraise", case.village_id),
        "appraised": (CHECK, "登记公示", "monitoring_post", case.village_id),
        "posted": (CHECK, "公示和异议", "monitoring_posting", case.posting_id),
        "reviewed": (DETERMINE, "组成审定批次", "monitoring_batch_new", case.county_id),
        "determined": (FOLLOW, "落实帮扶", "monitoring_settle", case.pk),
    }
    permission, label, name, pk = pages.get(case.state, ("", "", "", None))
    if case.state == "reviewed" and case.batch_id:
        label, name, pk = "打开审定批次", "monitoring_batch", case.batch_id
    if not permission or pk is None or not case.covers(scope, permission):
        return []
    out = [{"label": label, "url": reverse(name, args=[pk])}]
    if case.state == "determined" or case.green:
        out.append({"label": "登记帮扶措施", "url": reverse("monitoring_add_measure", args=[case.household_id])})
    return out


def back_moves(case: MonitoringCase, scope: Scope) -> list[tuple[str, str]]:
    """The returns and the withdrawal open to this person, as (move, words)."""
    if case.closed_on is not None or case.state == "determined" or not case.covers(scope, RETURNS.get(case.state, DETERMINE)):
        return []
    return [(name, m.label) for name, m in CASE.open_moves(case).items() if name.startswith("back_to_") or name == "withdraw"]


def verification_items(found: Verification, see: Any, today: dt.date) -> list[Item]:
    """What one check found; income beside the range of its year and place."""
    out = [Item("核实", f"{found.checked_on} {found.checker}", note=visit_word("visit_means", found.means, today))]
    if see(Group.INCOME):
        rest = after_medical(found.income.net, found.income.out_of_pocket, found.income.claims_paid)
        words = "低于范围" if found.below else "不低于范围"
        out.append(Item("人均纯收入", f"{found.income.per_head:,}", "元", f"{found.income}，{words}"))
        words = "低于范围" if found.below_after else "不低于范围"
        out.append(Item("扣除自付后人均", f"{per_capita(rest, found.income.persons):,}", "元", words))
        out.append(Item("监测范围", f"{found.line:,}", "元", found.line_source, wide=True))
    if see(Group.CASE):
        out += [
            Item("存在问题", found.problems, wide=True),
            Item("应对能力", word("coping", found.coping, today)),
            Item("结论", found.get_conclusion_display(), tone="g" if found.conclusion == "include" else ""),
            Item("综合研判", found.reasons, wide=True),
        ]
    return out


def why_of(lead: Lead) -> str:
    """What a lead says: the name of its rule, or what somebody wrote."""
    return book.name_of(lead.rule, getattr(lead, "own_rule", None)) if lead.rule else lead.description


def phone_item(household: Household, scope: Scope, see: Any) -> Item:
    """The household's telephone, masked, with the way to see it whole for who may: a check may be a call."""
    if not see(Group.CONTACT):
        return Item("联系电话", HIDDEN)
    if household.phone is None:
        return Item("联系电话", None)
    whole = reverse("registry_reveal", args=["household", household.pk, "phone"]) if may_reveal(scope, household, "phone") else ""
    return Item("联系电话", str(household.phone), reveal_url=whole)


def check_facts(case: MonitoringCase, may: Allowed, scope: Scope, today: dt.date) -> dict[str, Any]:
    """What the checker must know before typing: what the leads say, allowed means, the window, the range, what the file already shows."""
    see = seen_groups(scope, case.household, VIEW)
    kind, _start = income_window(today)
    line = line_of("monitored", on=today, region=county_code(case) or case.region.code)
    window = window_of(kind, today)
    known = statement_for(case.household, today)
    level = f"当地疫情风险等级：{may.level.name}（{may.level.document}）。" if may.level else ""
    means = "、".join(visit_word("visit_means", m, today) for m in may.visit_means)
    found = queries.leads(scope).filter(case=case, state="open") if see(Group.CASE) else ()
    notes = [
        *(f"线索（{x.found_on} {x.get_source_display()}）：{why_of(x)}。请核对是否属实。" for x in found if why_of(x)),
        f"{level}可用的核实方式：{means}。",
        f"收入周期 {window.text}，监测范围 {line.value:,} {line.unit}{'（待核实）' if line.unverified else ''}。",
        "收入已从户档案带出，只改有变化的项。" if known else "户档案还没有这一周期的收入，请逐项填写。",
    ]
    if case.purpose == "clear":
        notes += [f"尚不能消除：{gap}" for gap in clear_problems(case.household, today)]
    if case.return_reason:
        notes.append(f"上次退回理由：{case.return_reason}")
    return {"notes": notes, "facts": [phone_item(case.household, scope, see)]}


def measure_notes(household: Household, today: dt.date) -> list[str]:
    """Which risks still lack a measure, and which kinds would answer them."""
    risks = watched_risks(household) or [r for c in household_cases(household) for r in c.risk_codes]
    asked = rule("risk_measures", on=today).value
    missing = uncovered(risks, kinds_of(household, today), today)
    out = [f"“{code_word('risk', r, on=today)}”须有：{'、'.join(word('measure', k, today) for k in asked[r])} 之一。" for r in missing]
    return out or (["各项风险都有对应的帮扶措施。"] if risks else [])


def start_notes(household: Household, purpose: str, scope: Scope, today: dt.date) -> list[str]:
    """What is said before a case without a lead is opened: what stands against removal, which case a relapse ends."""
    if purpose == "clear":
        return [f"尚不能提出：{gap}" for gap in clear_problems(household, today)]
    open_ones = queries.cases(scope).filter(household=household, state__in=OPEN, purpose__in=("include", "clear"))
    return [f"在办的“{c.purpose_word}”个案随之办结，待处置的线索转入新的个案。" for c in open_ones]


def household_cases(household: Household) -> list[MonitoringCase]:
    """Open cases of a household."""
    return list(MonitoringCase.objects.filter(household=household, state__in=OPEN))


def risk_choices(household: Household, today: dt.date) -> list[tuple[str, str]]:
    """The risks a measure may be recorded against."""
    codes = dict.fromkeys([*watched_risks(household), *(r for c in household_cases(household) for r in c.risk_codes)])
    return [(r, code_word("risk", r, on=today)) for r in codes]


def home_meta(household: Household) -> list[str]:
    """The grey line under a household's name."""
    place = " ".join(str(p) for p in (household.county, household.town, household.village) if p)
    return [t for t in (household.code, place, household.hamlet) if t]


def gathering_notes(may: Allowed) -> list[str]:
    """Whether people may meet."""
    return [may.gatherings_words + ("" if may.gatherings else "：不能开会的，可用电话征询、微信表决，或在个案页登记推迟评议。")]


def chosen(cases: Sequence[MonitoringCase], post: QueryDict, today: dt.date) -> list[dict[str, Any]]:
    """Rows to tick: each case with what was ticked and typed before."""
    ticked = set(post.getlist("case"))
    return [
        {
            "case": c,
            "risks": risk_words(c.risks, today),
            "ticked": str(c.pk) in ticked if post else True,
            "agreed": post.get(f"agreed-{c.pk}", ""),
        }
        for c in cases
    ]


def votes_said(post: QueryDict, cases: Sequence[MonitoringCase]) -> dict[MonitoringCase, int]:
    """The agreeing votes of the cases ticked. Raises Refused for a number that is none."""
    out = {}
    for case in cases:
        if str(case.pk) in post.getlist("case"):
            said = post.get(f"agreed-{case.pk}", "").strip()
            if not (said.isdecimal() and len(said) < 5):
                raise Refused(f"{case.household.head_name}户的同意票数“{said[:10]}”不是数字。请填写整数。")
            out[case] = int(said)
    return out


def day_said(text: str, field: str) -> dt.date:
    """A day of a small form. Raises Refused where it is none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as no:
        raise Refused(f"日期“{text[:20]}”无效。请按 2020-02-17 的格式填写。", field=field) from no


def appraisal_context(found: CommunityAppraisal, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of the minutes."""
    sees = scope.everything or scope.sees(VIEW, Group.CASE)
    items = [
        Item("评议日期", str(found.held_on)),
        Item("评议方式", word("appraisal_mean_words", found.means, today)),
        Item("应到", found.expected, "人"),
        Item("实到", found.present, "人"),
        Item("记录人", found.recorder),
    ]
    if sees:
        items += [Item("回避", found.recused or None, wide=True), Item("评议记录", found.minutes, wide=True)]
    return {
        "appraisal": found,
        "items": items,
        "rows": [(c, risk_words(c.risks, today)) for c in queries.cases(scope).filter(appraisal=found)],
        "files": attachments_of(found) if scope.may_at(CHECK, found) or scope.may_at(REVIEW, found) else [],
        "events": timeline(found._meta.label_lower, str(found.pk)),
    }


def posting_context(found: PublicPosting, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of a posting."""
    return {
        "posting": found,
        "items": [
            Item("公示期", str(found), note="首日计入，不少于规定天数"),
            Item("张贴地点", found.where),
            Item("办结", found.closed_on and str(found.closed_on)),
        ],
        "rows": queries.cases(scope).filter(posting=found),
        "objections": queries.objections(scope).filter(posting=found),
        "may_check": scope.may_at(CHECK, found),
        "over": today > found.ends_on,
        "opens_on": found.ends_on + dt.timedelta(1),
        "see_case": scope.everything or scope.sees(VIEW, Group.CASE),
        "events": timeline(found._meta.label_lower, str(found.pk)),
    }


def batch_context(found: DeterminationBatch, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of a batch."""
    return {
        "batch": found,
        "items": [
            Item("状态", found.get_state_display(), tone=BATCH.states[found.state].tone),
            Item("组批", f"{found.prepared_on} {found.prepared_by}"),
            Item("比对", found.compared_on and str(found.compared_on), note=found.comparison),
            Item("会议日期", found.meeting_on and str(found.meeting_on)),
            Item("批复文号", found.document or None),
        ],
        "rows": [(c, risk_words(c.risks, today)) for c in queries.cases(scope).filter(batch=found)],
        "form": ResolutionForm(initial={"compared_on": today, "meeting_on": today}) if found.state == "draft" else None,
        "may_determine": found.state == "draft" and scope.may_at(DETERMINE, found),
        "backs": [(n, m.label) for n, m in CASE.moves.items() if n.startswith("back_to_")],
        "phrases": rule("return_phrases", on=today).value,
        "events": timeline(found._meta.label_lower, str(found.pk)),
    }


def case_items(case: MonitoringCase, scope: Scope, see: Any, today: dt.date) -> list[Item]:
    """The grid of a case."""
    out = [
        Item("风险类型", (risk_words(case.risks, today) or None) if see(Group.BASE) else HIDDEN),
        Item("发起日期", str(case.opened_on)),
        Item("全程期限", str(case.whole_due_on)),
        Item("退回", case.returns, "次", case.return_reason if case.returns and see(Group.CASE) else ""),
    ]
    out += [Item("本环节期限", str(case.due_on))] if case.closed_on is None else [Item("办结日期", str(case.closed_on))]
    out += [Item("补办手续期限", str(case.green_due_on))] if case.green else []
    out += [Item("审定", str(case.determined_on), note=case.document)] if case.determined_on else []
    # Reviews, postings and batches lie in places: who reaches the household by assignment only, or from below the county, sees none.
    placed, over = scope.may_at(VIEW, case), case.county is not None and scope.may_at(VIEW, case.county)
    out += [Item("公示", str(case.posting), href=reverse("monitoring_posting", args=[case.posting_id]))] if placed and case.posting else []
    out += (
        [Item("评议", f"同意 {case.agreed} 票", href=reverse("monitoring_appraisal", args=[case.appraisal_id]))]
        if placed and case.appraisal
        else []
    )
    out += [Item("批次", str(case.batch), href=reverse("monitoring_batch", args=[case.batch_id]))] if over and case.batch else []
    out += [Item("监测责任人", case.officer)] if case.officer else []
    if case.reason_code and see(Group.CASE):
        out.append(Item("不纳入原因", word("reject_reason", case.reason_code, today)))
    return out
