"""What the templates show of a record, put together for the eye."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count
from django.urls import reverse

from shouwang.engine.assignment import WORDS
from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.pasted import as_date
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment import post_queries, queries, restart
from shouwang.ledgers.employment.actions import matching
from shouwang.ledgers.employment.codes import word
from shouwang.ledgers.employment.forms import SurveyForm
from shouwang.ledgers.employment.lifecycle import PLAN, POST
from shouwang.ledgers.employment.matching import fitting
from shouwang.ledgers.employment.models import Employer, MatchPlan, Post, Worker
from shouwang.ledgers.employment.policies import ARRANGE, SURVEY
from shouwang.ledgers.employment.policies import VIEW as VIEW_LABOUR
from shouwang.ledgers.employment.post_forms import decline_choices
from shouwang.ledgers.employment.subsidies import kind_name
from shouwang.ledgers.employment.tables.labour import TONES
from shouwang.ledgers.employment.workshop_queries import of_employer
from shouwang.ledgers.registry.codes import word as registry_word
from shouwang.ledgers.registry.policies import VIEW, may_reveal, seen_groups

HIDDEN = "无权查看"
LINES_SHOWN = 50
Item = dict[str, Any]


def item(label: str, value: Any, **more: Any) -> Item:
    """A pair of blocks/dl.html."""
    return {"label": label, "value": value, **more}


def money(amount: int | None) -> str:
    """分 as 元 in words; -- where there is none."""
    return "--" if amount is None else f"{amount / 100:,.2f} 元"


def day_of(text: str, today: dt.date, field: str) -> dt.date:
    """A day as typed; raises Refused naming the field."""
    try:
        found = as_date(text, today)
    except ValueError as wrong:
        raise Refused(f"日期“{text[:20]}”：{wrong}", field=field) from wrong
    if found is None:
        raise Refused("请填写日期。", field=field)
    return found


def worker(found: Worker, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of one person."""
    see = seen_groups(scope, found.household, VIEW)
    status = word("work_status", found.status, today)
    shown = see("labour")
    record = {
        "title": found.member.name,
        "tags": [{"text": status if shown else HIDDEN, "tone": TONES.get(found.status, "o") if shown else ""}],
        "meta": [
            m for m in (str(found.household.county or ""), str(found.household.region), found.household.hamlet, found.member.code) if m
        ],
    }
    return {
        "worker": found,
        "record": record,
        "facts": _facts(found, see, scope, today),
        "records": [_record(r, today) for r in found.records.select_related("appointment")] if shown else [],
        "trainings": list(found.trainings.all()) if shown else [],
        "offers": list(found.offers.select_related("post__employer")) if shown else [],
        "claims": [{"row": c, "kind": kind_name(c.kind, today)} for c in found.subsidies.all()] if shown else [],
        "declines": decline_choices(today),
        "may_arrange": found.covers(scope, ARRANGE),
        "today": today,
        "events": queries.timeline_of(found) if shown else [],
        "may_survey": found.covers(scope, SURVEY),
        "shown": shown,
    }


def _record(row: Any, today: dt.date) -> dict[str, Any]:
    return {
        "row": row,
        "channel": word("work_channel", row.channel, today),
        "industry": word("industry", row.industry, today),
        "contract": word("contract", row.contract, today),
        "income": money(row.monthly_income),
    }


def _facts(found: Worker, see: Any, scope: Scope, today: dt.date) -> list[Item]:
    member, labour = found.member, see("labour")
    rows = [
        item("户主", found.household.head_name, href=reverse("registry_household", args=[found.household_id])),
        item("年龄", f"{member.age(today)} 岁" if see("base") else HIDDEN),
        item("文化程度", registry_word("education", member.education, on=today) if see("education") else HIDDEN),
        item("劳动能力", registry_word("labour", member.labour, on=today) if labour else HIDDEN),
        item("健康状况", registry_word("health", member.health, on=today) if see("health") else HIDDEN),
        phone(found, see, scope),
    ]
    if not labour:
        return rows
    reason = word("no_work_reason", found.reason, today) if found.reason else ""
    return [
        *rows,
        item("就业状况", word("work_status", found.status, today), note=reason),
        item("务工地", found.place_name + found.place_detail),
        item("月收入", money(found.wage)),
        item("技能", word("skill", found.skill, today), note=member.skills),
        item("就业意愿", word("wish", found.wish, today)),
        item("期望月收入", money(found.wish_wage)),
        item("需照料家人", "是" if found.care_duty else "否"),
        item("村干部或其家属", "是" if found.cadre_family else "否"),
        item("上年务工", {True: "是", False: "否", None: "未核实"}[found.at_work_last_year]),
        item("摸底", found.surveyed_on, note=found.surveyed_by),
    ]


def phone(found: Worker, see: Any, scope: Scope) -> Item:
    """The telephone, masked, with the way to see it whole for who may."""
    member = found.member
    if not see("contact"):
        return item("联系电话", HIDDEN)
    kind, label, record = ("member", "联系电话", member) if member.phone is not None else ("household", "户联系电话", found.household)
    if record.phone is None:
        return item("联系电话", None)
    whole = reverse("registry_reveal", args=[kind, record.pk, "phone"]) if may_reveal(scope, found.household, "phone") else ""
    return item(label, record.phone, reveal_url=whole)


def survey(found: Worker, form: SurveyForm, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of the quick survey."""
    see = seen_groups(scope, found.household, VIEW)
    line = phone(found, see, scope)
    asked = [f for f in form.fields if form.initial.get(f)]
    return {
        "worker": found,
        "form": form,
        "phone_items": [line],
        "last": word("work_status", found.status, today) if found.status != "unsurveyed" else "",
        "left": queries.left_to_call(scope, today),
        "filled": len(asked),
        "total": len(form.fields),
        "age": found.member.age(today),
    }


def employer(found: Employer, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of an employer."""
    facts = [
        item("类别", word("employer_kind", found.kind, today)),
        item("登记地", found.region.name),
        item("联系人", found.contact),
        item("招工电话", found.contact_line),
        item("地址", found.address),
        item("统一社会信用代码", found.credit_code),
    ]
    return {
        "employer": found,
        "facts": facts,
        "posts": list(found.posts.order_by("state", "-pk")),
        "workshop": of_employer(scope, found.pk),
        "may_arrange": scope.may_at(ARRANGE, found),
    }


def post(found: Post, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of a post. Its people are shown as numbers here: their names stand on lists within the scope."""
    ages = f"{found.age_min} 岁以上" if found.age_max is None else f"{found.age_min} ～ {found.age_max} 岁"
    sex = {"male": "男", "female": "女"}.get(found.sex, "不限")
    facts = [
        item("用工单位", found.employer.name, href=reverse("employment_employer", args=[found.employer_id])),
        item("来源", word("employer_kind", found.kind, today)),
        item("招聘人数", found.places, unit="人"),
        item("已占名额", found.taken, unit="人", note="在岗、计划上岗和待答复"),
        item("月工资", money(found.wage)),
        item("工作地", restart.place_of(found)),
        item("上岗日期", found.start_on),
        item("招聘截止", found.close_on),
        item("技能要求", word("skill", found.skill, today) if found.skill else "不限"),
        item("年龄要求", ages),
        item("性别要求", sex, note=word("sex_ground", found.sex_ground, today) if found.sex_ground else ""),
        item("劳动强度", word("effort", str(found.effort), today)),
        item("作业条件", "、".join(word("work_conditions", c, today) for c in found.conditions.split(",") if c) or "一般"),
        item("每日工时", found.hours, unit="小时"),
        item("提供住宿", "是" if found.board else "否"),
        item("只招贫困劳动力", "是" if found.poor_only else "否"),
        *([item("复工条件", words, wide=True)] if (words := restart.condition(found, today)) else []),
        *([item("复工批准文件", found.restart_approval)] if found.restart_approval else []),
        item("核实", found.verified_on, note=found.verified_by),
    ]
    state = POST.state_of(found)
    record = {"title": found.title, "tags": [{"text": state.label, "tone": state.tone}], "meta": [found.employer.name]}
    return {
        "post": found,
        "record": record,
        "facts": facts,
        "barrier": restart.barrier(found, today) if found.state in ("draft", "open", "filled") else "",
        "may_arrange": scope.may_at(ARRANGE, found),
        "events": queries.timeline_of(found),
    }


def offer_choices(found: Worker, today: dt.date) -> dict[str, Any]:
    """Posts for one worker: those that fit by score, then those that do not with the reasons."""
    return {"worker": found, "rows": fitting(found, today)}


def plan(found: MatchPlan, scope: Scope) -> dict[str, Any]:
    """The page of a plan."""
    lines = post_queries.lines(scope).filter(plan=found)
    reasons = lines.filter(post=None).order_by().values("reason").annotate(n=Count("pk")).order_by("-n")
    job = Job.objects.filter(idempotency_key=f"{matching.JOB}:{found.pk}:{found.run}").first()
    shown = scope.sees(VIEW_LABOUR, "labour")
    return {
        "plan": found,
        "state": PLAN.state_of(found),
        "job": job,
        "result": found.result,
        "reasons": [{"code": r["reason"], "words": WORDS.get(r["reason"], r["reason"]), "n": r["n"]} for r in reasons],
        "lines": list(lines.exclude(post=None).order_by("-pinned", "-score")[:LINES_SHOWN]) if shown else [],
        "left": list(lines.filter(post=None)[:LINES_SHOWN]) if shown else [],
        "choices": list(found.choices.select_related("worker__member", "post__employer")) if shown else [],
        "may_arrange": scope.may_at(ARRANGE, found),
        "events": queries.timeline_of(found),
    }
