"""The workbook of loans: the bank's portfolio, one row a contract."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from shouwang.kernel.audit.actions import create_many, note
from shouwang.kernel.columns.fields import Field, Line
from shouwang.kernel.columns.sheet import ERROR, NEW, SAME, Bundle, Context, Plan, Sheet, Written
from shouwang.kernel.errors import Refused
from shouwang.kernel.pasted import RowError
from shouwang.ledgers.credit import policies
from shouwang.ledgers.credit.actions import checks
from shouwang.ledgers.credit.arithmetic.money import ppm_of
from shouwang.ledgers.credit.models import LIVE, Loan
from shouwang.ledgers.credit.policies import DECIDE
from shouwang.ledgers.credit.rules import choices, entitled, rule
from shouwang.ledgers.registry.models import Household, Member

FIELDS = (
    Field("code", "户编号", "code", required=True, aliases=("户号",), limit=20, group="借款人"),
    Field("borrower", "借款人", "name", required=True, aliases=("贷款人", "借款人姓名"), limit=40, group="借款人"),
    Field("contract", "合同号", "code", required=True, aliases=("借据号", "贷款合同号"), limit=40, group="贷款"),
    Field("bank", "贷款银行", "choice", required=True, aliases=("银行", "机构"), choices=lambda d: dict(choices("banks", d)), group="贷款"),
    Field("amount", "贷款金额", "money", required=True, unit="元", aliases=("放款金额", "金额"), group="贷款"),
    Field("rate", "年利率", required=True, unit="%", aliases=("利率",), limit=12, group="贷款", note="4.35 表示 4.35%"),
    Field("released_on", "放款日期", "date", required=True, aliases=("起息日", "发放日期"), group="贷款"),
    Field("maturity", "到期日", "date", required=True, aliases=("到期日期",), group="贷款"),
    Field("purpose", "贷款用途", "choice", aliases=("用途",), choices=lambda d: dict(choices("purposes", d)), group="贷款"),
    Field("basis", "计息基数", "whole", group="贷款", note="360 或 365，不填按 360"),
    Field("account_name", "收款户名", "name", aliases=("户名",), limit=40, group="账户"),
    Field("account", "收款账号", "account", aliases=("账号", "卡号"), group="账户"),
)
LABELS = {f.key: f.label for f in FIELDS}


@dataclass
class _Known:
    """What one chunk looks up once."""

    homes: dict[str, Household]
    members: dict[int, list[Member]]
    contracts: dict[str, Loan]
    live: dict[int, Loan]


def judge(bundles: Sequence[Bundle], context: Context) -> list[Plan]:
    """One plan a contract; four queries whatever their number."""
    lines = [line for b in bundles for line in b.lines]
    rows = Household.objects.within(context.by, DECIDE).filter(code__in={str(x.values.get("code")) for x in lines}, closed_on=None)
    if connection.in_atomic_block:
        rows = rows.select_for_update(of=("self",))
    homes = {h.code: h for h in rows.select_related("county", "region")}
    members: dict[int, list[Member]] = {}
    for m in Member.objects.filter(household__in=homes.values(), left_on=None).order_by("pk"):
        members.setdefault(m.household_id, []).append(m)
    contracts = {x.contract: x for x in Loan.objects.filter(contract__in=[b.key for b in bundles])}
    live = {x.household_id: x for x in Loan.objects.filter(household__in=homes.values(), state__in=LIVE)}
    known = _Known(homes, members, contracts, live)
    return [_plan(b, known, context) for b in bundles]


def _plan(bundle: Bundle, known: _Known, context: Context) -> Plan:
    line = bundle.lines[0]
    for other in bundle.lines[1:]:
        _wrong(other, "contract", bundle.key, f"与第 {line.row} 行合同号相同，只能填一行。请删去其一。")
    loan = _loan(line, known, context)
    held = known.contracts.get(bundle.key)
    if held is not None and loan is not None and not _same(held, loan):
        _wrong(line, "contract", bundle.key, "该合同号已登记，金额、利率或日期与台账不一致。请与银行核对；台账登记有误的，在贷款页更正。")
    plan = Plan(bundle, {}, label=loan.borrower.name if loan else "", load=loan)
    for each in bundle.lines:
        plan.verdicts[each.row] = ERROR if each.errors else SAME if held else NEW
    return plan


def _loan(line: Line, known: _Known, context: Context) -> Loan | None:
    """The loan of a row, unsaved; None where it has an error."""
    said = line.values
    home = known.homes.get(str(said.get("code")))
    if home is None:
        _wrong(line, "code", said.get("code", ""), "没有找到这一户，或不在您的管理范围内。请先建户档案，或核对编号。")
        return None
    namesakes = [m for m in known.members.get(home.pk, []) if m.name == said.get("borrower")]
    if len(namesakes) != 1:
        _wrong(
            line,
            "borrower",
            "",
            "不是该户现有成员，或户内同名。请与户档案核对姓名。" if not namesakes else "户内有同名成员，请在页面登记。",
        )
        return None
    if line.errors:
        return None
    try:
        return _checked(said, home, namesakes[0], known, context)
    except Refused as no:
        _wrong(line, no.field if no.field in LABELS else "contract", said.get(no.field, ""), no.message)
        return None


def _checked(said: Mapping[str, Any], home: Household, borrower: Member, known: _Known, context: Context) -> Loan:
    place = home.county.code if home.county else ""
    day, end, today = said["released_on"], said["maturity"], context.today
    if day > today:
        raise Refused(f"放款日期晚于今天 {today}。请填写实际放款的日期。", field="released_on")
    if end <= day:
        raise Refused(f"到期日不晚于放款日期 {day}。请核对两列是否填反。", field="maturity")
    months = _months(day, end)
    checks.check_amount(said["amount"], months, day, place)
    rate = ppm_of(str(said["rate"]))
    checks.check_rate(rate, months, day, place)
    other = known.live.get(home.pk)
    taken = context.memory.setdefault("quota", {})
    if (other is not None and other.contract != said["contract"]) or taken.setdefault(home.pk, said["contract"]) != said["contract"]:
        words = f"合同 {other}" if other is not None else "本表另一行"
        raise Refused(f"一户只有一个额度：该户已有未结清的贷款或申请（{words}）。请核对；已还清的先登记还款。", field="code")
    loan = Loan(
        borrower=borrower, state="released", bank=said["bank"], contract=said["contract"], amount=said["amount"], balance=said["amount"],
        months=months, rate=rate, basis=said.get("basis") or int(rule("basis", day, place).value), purpose=said.get("purpose") or "other",
        self_used=True, entitled=entitled(home, day), applied_on=day, released_on=day, first_maturity=end, maturity=end,
        account_name=said.get("account_name") or "", account=said.get("account") or None,
    )  # fmt: skip
    if loan.basis not in (360, 365):
        raise Refused("计息基数只能是 360 或 365。请核对合同。", field="basis")
    loan.put_beside(home)
    return loan


def _months(start: dt.date, end: dt.date) -> int:
    """Whole months, a begun one counted."""
    whole = (end.year - start.year) * 12 + end.month - start.month
    return max(1, whole + (1 if end.day > start.day else 0))


def _same(held: Loan, said: Loan) -> bool:
    facts = ("household_id", "amount", "rate", "released_on", "first_maturity")
    return all(getattr(held, f) == getattr(said, f) for f in facts)


def _wrong(line: Line, key: str, value: Any, words: str) -> None:
    line.errors.append(RowError(line.row, LABELS[key], str(value) if key not in ("account", "borrower") else "", words))


def write(plans: Sequence[Plan], context: Context) -> list[Written]:
    """Enter the loans, set-wise."""
    made = create_many([p.load for p in plans], by=context.by, verb=policies.TAKE_LOAN, today=context.today)
    return [Written(p.bundle.key, NEW, loan.pk, {"version": loan.version}) for p, loan in zip(plans, made, strict=True)]


def withdraw(written: Sequence[Written], context: Context) -> dict[str, str]:
    """Take out again what nobody has worked on since."""
    out = {}
    for item in written:
        loan = Loan.objects.select_for_update().filter(pk=item.record_id).first()
        if loan is None:
            out[item.key] = "该笔贷款已不存在。"
        elif loan.version != item.before.get("version") or _worked_on(loan):
            out[item.key] = "导入后已登记还款、期限变更、贴息或银行数，保持不动。请人工核对。"
        else:
            verb, reason = policies.UNDO_LOAN, "撤回 Excel 导入"
            note(loan, by=context.by, verb=verb, today=context.today, changes={"合同号": [loan.contract, None]}, reason=reason)
            loan.delete()
            out[item.key] = ""
    return out


def _worked_on(loan: Loan) -> bool:
    return any(rows.exists() for rows in (loan.repayments, loan.changes, loan.figures, loan.items, loan.claims))


LOANS = Sheet(
    key="credit.loans",
    title="小额信贷台账",
    permission=DECIDE,
    version="2020-02",
    fields=FIELDS,
    keys=("code", "contract"),
    bundle=lambda values: str(values["contract"]),
    judge=judge,
    write=write,
    withdraw=withdraw,
    unit="笔",
    help="银行已放款的贷款，一行一笔；金额以元为单位，账号列请设为“文本”格式。已登记且一致的不重复写入。",
    list_url="credit_loans",
)
