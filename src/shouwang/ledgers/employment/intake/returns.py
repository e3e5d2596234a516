"""The workbook of the bank's results: what became of each subsidy that was sent to be paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Q

from shouwang.kernel.columns.fields import Field, Line
from shouwang.kernel.columns.sheet import ERROR, SAME, UPDATE, Bundle, Context, Plan, Sheet, Written
from shouwang.kernel.pasted import RowError
from shouwang.ledgers.employment import subsidies as worth
from shouwang.ledgers.employment.actions import subsidies
from shouwang.ledgers.employment.models import SubsidyClaim
from shouwang.ledgers.employment.policies import SUBSIDY

DONE, FAILED = "paid", "failed"
FIRM = "用工单位"  # what the list's export has where others have a person's number
FIELDS = (
    Field("code", "人编号", "code", aliases=("人员编号", "成员编号", "申领"), limit=24, group="申领", note="个人申领的必填"),
    Field("name", "姓名", "name", group="申领", note="只供核对"),
    Field("employer", FIRM, aliases=("单位名称",), limit=80, group="申领", note="单位申领的必填"),
    Field("kind", "补贴项目", "choice", required=True, choices=lambda d: {k.code: k.name for k in worth.kinds(d).values()}, group="申领"),
    Field("starts", "期间起", "date", group="申领", note="同一项目有几笔待发放时填写"),
    Field("result", "发放结果", "choice", required=True, choices=lambda _d: {DONE: "成功", FAILED: "失败"}, group="结果"),
    Field("amount", "发放金额", "money", unit="元", aliases=("金额",), group="结果", note="成功的必填"),
    Field(
        "failure",
        "失败原因",
        "choice",
        choices=lambda d: {c: n for c, (n, _) in worth.failures(d).items()},
        group="结果",
        note="失败的必填",
    ),
    Field("on", "发放日期", "date", required=True, aliases=("处理日期", "入账日期", "退回日期"), group="结果", note="失败的填退回日期"),
    Field("voucher", "拨付凭证", aliases=("拨付凭证号", "流水号", "交易流水号"), limit=60, group="结果", note="成功的必填"),
)
LABELS = {f.key: f.label for f in FIELDS}
SENT = ("approved", "paid", "failed")
Found = dict[tuple[str, str], list[SubsidyClaim]]


def judge(bundles: Sequence[Bundle], context: Context) -> list[Plan]:
    """One plan a claim; one query whatever their number."""
    said = [line.values for b in bundles for line in b.lines]
    asked = Q(worker__member__code__in={_code(v) for v in said}) | Q(employer__name__in={_firm(v) for v in said})
    rows: Any = SubsidyClaim.objects.within(context.by, SUBSIDY).filter(asked, state__in=SENT)
    if connection.in_atomic_block:
        rows = rows.select_for_update(of=("self",))
    found: Found = {}
    for claim in rows.select_related("household", "worker__member", "employer").order_by("-starts_on", "-pk"):
        found.setdefault((claim.worker.member.code if claim.worker else str(claim.employer), claim.kind), []).append(claim)
    taken: dict[int, int] = {}
    return [_plan(b, found, taken, context.today) for b in bundles]


def _code(said: Mapping[str, Any]) -> str:
    code = str(said.get("code") or "")
    return "" if code == FIRM else code


def _firm(said: Mapping[str, Any]) -> str:
    return str(said.get("employer") or "") if not _code(said) else ""


def _key(said: Mapping[str, Any]) -> str:
    """As the desk shows it."""
    return " ".join(str(part) for part in (worth.latest_name(said["kind"]), said.get("starts"), _code(said) or _firm(said)) if part)


def _plan(bundle: Bundle, found: Found, taken: dict[int, int], today: dt.date) -> Plan:
    line = bundle.lines[0]
    claim = _claim(line, found)
    first = taken.setdefault(claim.pk, line.row) if claim else line.row
    for other in bundle.lines if first != line.row else bundle.lines[1:]:
        _wrong(other, "kind", "", f"与第 {first} 行是同一笔补贴，只能填一行。请删去其一。")
    same = claim is not None and not line.errors and _same(claim, line.values)
    if claim is not None and not line.errors and not same:
        _check(line, claim, today)
    gap = _gap(claim, line.values) if claim is not None and not line.errors else ""
    same = same or bool(gap and claim and claim.returned == line.values["amount"])
    plan = Plan(bundle, {}, label=(claim.worker.member.name if claim.worker else str(claim.employer)) if claim else "", load=claim)
    for each in bundle.lines:
        plan.verdicts[each.row] = ERROR if each.errors else SAME if same else UPDATE
        plan.changes[each.row] = [] if same or each.errors else [gap or _outcome(line.values, today)]
    return plan


def _claim(line: Line, found: Found) -> SubsidyClaim | None:
    """The claim a row is about: one that waits to be paid, else the latest."""
    said = line.values
    who, starts = _code(said) or _firm(said), said.get("starts")
    if not who:
        _wrong(line, "code", "", "个人申领的须填人编号，单位申领的须填用工单位。请补填。")
        return None
    claims = found.get((who, str(said.get("kind"))), [])
    if starts is not None:
        claims = [c for c in claims if c.starts_on == starts]
    waiting = [c for c in claims if c.state == "approved"]
    if len(waiting) > 1:
        _wrong(line, "starts", "", f"该项目有 {len(waiting)} 笔待发放。请填写期间起。")
        return None
    if not claims:
        key = "code" if _code(said) else "employer"
        _wrong(line, key, who, "没有已批准的这项补贴，或不在您的管理范围内。请核对编号（名称）、补贴项目和期间起；未批准的先批准。")
        return None
    claim = waiting[0] if waiting else claims[0]
    name = said.get("name")
    if name and "*" not in str(name) and claim.worker and name != claim.worker.member.name:
        _wrong(line, "name", name, "与该人编号登记的姓名不一致，可能编号填错。请核对编号或清空此列。")
    return claim


def _same(claim: SubsidyClaim, said: Mapping[str, Any]) -> bool:
    """Whether the row is known already; a failure also after it was put right and the money sent again."""
    if said["result"] == FAILED:
        return (claim.failure, claim.failed_on) == (said.get("failure"), said["on"])
    return (claim.state, claim.paid_on, claim.amount) == ("paid", said["on"], said.get("amount"))


def _check(line: Line, claim: SubsidyClaim, today: dt.date) -> None:
    said, on = line.values, line.values["on"]
    paid = said["result"] == DONE
    for key in ("amount", "voucher") if paid else ("failure",):
        if said.get(key) in (None, ""):
            _wrong(line, key, "", f"发放{'成功' if paid else '失败'}的须填{LABELS[key]}。请补填。")
    since = claim.paid_on if claim.state == "paid" and claim.paid_on else claim.applied_on
    if not since <= on <= today:
        _wrong(line, "on", on, f"须在{'发放' if claim.state == 'paid' else '申领'}日期 {since} 与今天 {today} 之间。请核对。")
    elif claim.failed_on and on <= claim.failed_on:
        _wrong(line, "on", on, f"该笔 {claim.failed_on} 已登记发放失败，本行不晚于该日。确系补正后重新发放的，请在补贴页登记。")
    elif claim.state == "failed" or (claim.state == "paid" and paid):
        words = f"该笔已登记为“{claim.get_state_display()}”，与本行不一致。请在补贴页核对登记。"
        _wrong(line, "result", "成功" if paid else "失败", words)


def _outcome(said: Mapping[str, Any], today: dt.date) -> str:
    """What will be entered, in words."""
    if said["result"] == DONE:
        return f"登记发放 {worth.yuan(said['amount'])} 元"
    why, paper = worth.failures(today)[said["failure"]]
    return f"登记发放失败：{why}，须补{paper}"


def _gap(claim: SubsidyClaim, said: Mapping[str, Any]) -> str:
    """How the bank's amount differs, in words."""
    amount, due = said.get("amount"), claim.amount or 0
    if said["result"] != DONE or amount is None or amount == due:
        return ""
    return f"金额与批准不符：银行 {worth.yuan(amount)} 元，批准 {worth.yuan(due)} 元；列入待办，补足或更正后再登记发放"


def _wrong(line: Line, key: str, value: Any, words: str) -> None:
    line.errors.append(RowError(line.row, LABELS[key], str(value), words))


def write(plans: Sequence[Plan], context: Context) -> list[Written]:
    """Enter each result, by the same actions as the page; an amount that differs is not paid but goes to the county's list."""
    return [_write_one(p, context) for p in plans]


def _write_one(plan: Plan, context: Context) -> Written:
    said, claim = plan.bundle.lines[0].values, plan.load
    if _gap(claim, said):
        done = subsidies.ask_difference(claim, said["amount"], by=context.by, today=context.today)
    elif said["result"] == DONE:
        done = subsidies.pay(claim, said["on"], str(said["voucher"]), by=context.by, today=context.today)
    else:
        done = subsidies.bounce(claim, said["failure"], said["on"], by=context.by, today=context.today)
    return Written(plan.bundle.key, UPDATE, done.pk, {})


def withdraw(written: Sequence[Written], _context: Context) -> dict[str, str]:
    """Money that was paid is not called back by a workbook."""
    return dict.fromkeys((w.key for w in written), "发放结果不能整批撤回。登记有误的，请在补贴页逐笔登记。")


RETURNS = Sheet(
    key="employment.returns",
    title="就业补贴发放结果",
    permission=SUBSIDY,
    version="2020-02",
    fields=FIELDS,
    keys=("kind", "result"),
    parts=("code", "employer", "starts"),
    bundle=_key,
    judge=judge,
    write=write,
    withdraw=withdraw,
    unit="笔",
    help="银行返回的发放结果，一行一笔。失败的按原因转村（社区）或镇（街道）补材料；金额与批准不符的列入待办，不登记为已发放。",
    list_url="employment_subsidies",
)
