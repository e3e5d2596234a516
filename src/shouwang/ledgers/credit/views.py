"""What the record pages show: facts, offers, steps and tables, each ready for credit/record.html."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.urls import reverse

from shouwang.kernel.lifecycle import Lifecycle
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.tables import NOT_VISIBLE
from shouwang.ledgers.credit import queries
from shouwang.ledgers.credit.actions.figures import PARTS
from shouwang.ledgers.credit.actions.terms import answer
from shouwang.ledgers.credit.arithmetic.interest import BASES
from shouwang.ledgers.credit.arithmetic.money import percent, yuan
from shouwang.ledgers.credit.arithmetic.schedule import schedule
from shouwang.ledgers.credit.lifecycle import PAYMENT, TERMS
from shouwang.ledgers.credit.models import BankFigure, Loan, RiskClaim, SubsidyItem, SubsidyRun, TermChange
from shouwang.ledgers.credit.models.terms import KINDS
from shouwang.ledgers.credit.policies import APPLY, DECIDE, VIEW
from shouwang.ledgers.credit.rules import calendar, place_of, reckoned, rule, word
from shouwang.ledgers.registry.policies import seen_groups

ONE = dt.timedelta(days=1)


@dataclass(frozen=True)
class Grid:
    """A small table: heads as (label, right-aligned), rows of cells (text, address or "")."""

    title: str
    heads: list[tuple[str, bool]]
    rows: list[list[tuple[str, str]]]
    empty: str
    lines: list[str] = field(default_factory=list)


def cell(text: Any, href: str = "") -> tuple[str, str]:
    """A cell of a grid."""
    return ("--" if text in (None, "") else str(text), href)


def sees(record: Any, scope: Scope) -> bool:
    """Whether this person sees the account group on the record's household."""
    return bool(seen_groups(scope, record.household, VIEW)("account"))


def steps(
    cycle: Lifecycle, record: Any, scope: Scope, route: str, forms: Mapping[str, str], hidden: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """The moves of the state that are this person's: with a page of their own (`forms`), or a button with a reason where one is due."""
    out = []
    for code, move in cycle.open_moves(record).items():
        held = record.covers(scope, move.verb.permission) if hasattr(record, "covers") else scope.may_at(move.verb.permission, record)
        if code in hidden or not held:
            continue
        url = forms.get(code) or reverse(route, args=[record.pk, code])
        out.append({"code": code, "label": move.label, "url": url, "page": code in forms, "reasoned": move.verb.needs_reason})
    return out


def fact(label: str, value: Any, **more: Any) -> dict[str, Any]:
    """A line of a description list."""
    return {"label": label, "value": str(value) if isinstance(value, dt.date) else value, **more}


def loan_facts(loan: Loan, scope: Scope, today: dt.date) -> list[dict[str, Any]]:
    """The loan as a description list; what the person may not see says so."""
    seen = sees(loan, scope)

    def own(value: Any) -> Any:
        return value if seen else NOT_VISIBLE

    late = "；".join(f"{a} 起{f'至 {b}' if b else '，仍在逾期'}" for a, b in loan.defaults)
    return [
        fact("户", f"{loan.household.head_name}（{loan.household.code}）", href=reverse("registry_household", args=[loan.household_id])),
        fact("借款人", loan.borrower.name),
        fact("银行", word("banks", loan.bank, today)),
        fact("合同号", own(loan.contract)),
        fact("贷款金额", own(yuan(loan.amount)), unit="元" if seen else ""),
        fact("余额", own(yuan(loan.balance)), unit="元" if seen else ""),
        fact("年利率", own(percent(loan.rate) if loan.rate is not None else None)),
        fact("计息", BASES[loan.basis]),
        fact("期限", f"{loan.months} 个月"),
        fact("申请日期", loan.applied_on),
        fact("放款日期", loan.released_on),
        fact("现到期日", loan.maturity, note=_lengthened(loan)),
        fact("用途", f"{word('purposes', loan.purpose, today)} {loan.purpose_note if seen else ''}".strip()),
        fact("户借户用户还", "已核实" if loan.self_used else "未核实"),
        fact("放款时贴息资格", "符合" if loan.entitled else "不符合，不贴息"),
        fact("贴息账户", own(f"{loan.account_name} {loan.account or ''}".strip())),
        *([fact("逾期期间（不贴息）", own(late), wide=True)] if late else []),
    ]


def _lengthened(loan: Loan) -> str:
    said = [(loan.deferrals, "延长还款期限"), (loan.extensions, "展期"), (loan.renewals, "续贷")]
    return "、".join(f"{words} {n} 次" for n, words in said if n)


def offers(loan: Loan, scope: Scope, today: dt.date) -> list[dict[str, Any]]:
    """The three acts: open or not on the day, until when, by which document."""
    if loan.state != "released":
        return []
    out = []
    for kind, name in KINDS.items():
        found = answer(loan, kind, today)
        url = reverse("credit_ask", args=[loan.pk, kind]) if found.eligible and loan.covers(scope, APPLY) else ""
        out.append({"name": name, "open": found.eligible, "why": found.why, "rule": found.rule, "url": url})
    return out


def loan_links(loan: Loan, scope: Scope, today: dt.date) -> list[tuple[str, str]]:
    """Pages for acts that are no moves."""
    if loan.state != "released" or not loan.covers(scope, DECIDE):
        return []
    names = (("登记还款", "credit_repay"), ("分期还本计划", "credit_parts"), ("登记逾期（欠息）", "credit_default"))
    out = [(label, reverse(name, args=[loan.pk])) for label, name in names]
    rungs = max(int(d) for d in rule("ladder", today).value)
    late = loan.maturity is not None and (today - loan.maturity).days >= rungs
    return [*out, ("申请风险补偿", reverse("credit_file_claim", args=[loan.pk]))] if late else out


def parts_text(loan: Loan) -> str:
    """The plan of instalments as the form shows it, a line each."""
    return "\n".join(f"{p.due_on} {Decimal(p.principal) / 100:.2f}" for p in loan.instalments.all())


def _parts_grid(loan: Loan, today: dt.date) -> list[Grid]:
    """Each instalment with what is paid of it: repayments pay the earliest first."""
    repaid, cells = loan.amount - loan.balance, []
    for part in loan.instalments.all():
        owed = min(part.principal, max(0, part.upto - repaid))
        word_ = "已还清" if not owed else "应还未还" if part.due_on < today else "今日应还" if part.due_on == today else "未到期"
        cells.append([cell(part.due_on), cell(yuan(part.principal)), cell(yuan(part.principal - owed)), cell(yuan(owed)), cell(word_)])
    heads = [("应还日期", False), ("应还本金（元）", True), ("已还（元）", True), ("未还（元）", True), ("状态", False)]
    return [Grid("分期还本", heads, cells, "")] if cells else []


def _unpaid(loan: Loan, today: dt.date) -> list[tuple[dt.date, int]]:
    """What the plan still brings, from the day on: (day, 分)."""
    repaid = loan.amount - loan.balance
    return [(p.due_on, min(p.principal, p.upto - repaid)) for p in loan.instalments.all() if p.due_on >= today and p.upto > repaid]


def loan_grids(loan: Loan, scope: Scope, today: dt.date) -> list[Grid]:
    """Instalments, schedule with its derivation, changes of term, the bank's figures, subsidies."""
    if not sees(loan, scope):
        return []
    grids = _parts_grid(loan, today)
    if loan.released_on:
        days = calendar("interest_days", loan.released_on, place_of(loan))
        rows = schedule(reckoned(loan), days, _unpaid(loan, today) if loan.state == "released" else ())
        cells = [[cell(r.due_on), *(cell(yuan(n)) for n in (r.interest, r.principal, r.total, r.balance))] for r in rows]
        heads = [("付息日", False), ("利息（元）", True), ("还本（元）", True), ("合计（元）", True), ("余额（元）", True)]
        grids.append(Grid("还款计划", heads, cells, "没有还款计划。", [line for r in rows for line in r.lines]))
    changes = [
        [
            cell(c.asked_on, reverse("credit_term", args=[c.pk])),
            cell(c.get_kind_display()),
            cell(c.new_maturity),
            cell(TERMS.state_of(c).label),
        ]
        for c in loan.changes.all()
    ]
    if changes:
        grids.append(Grid("延期、展期、续贷", [("申请日期", False), ("事项", False), ("新到期日", False), ("状态", False)], changes, ""))
    figures = [
        [
            cell(f"{f.start} ～ {f.end - ONE}", reverse("credit_figure", args=[f.pk])),
            cell(yuan(f.interest)),
            cell(yuan(f.subsidy)),
            cell(f.get_state_display()),
        ]
        for f in loan.figures.all()
    ]
    if figures:
        grids.append(Grid("银行数", [("结息期", False), ("利息（元）", True), ("贴息（元）", True), ("核对结果", False)], figures, ""))
    items = [
        [cell(str(i.run), reverse("credit_item", args=[i.pk])), cell(yuan(i.amount)), cell(PAYMENT.state_of(i).label)]
        for i in loan.items.filter(dropped=False).select_related("run")
    ]
    if items:
        grids.append(Grid("贴息", [("结算期", False), ("金额（元）", True), ("发放状态", False)], items, ""))
    return grids


def term_facts(change: TermChange, scope: Scope) -> list[dict[str, Any]]:
    """A change of term."""
    seen = sees(change, scope)
    successor = change.successor
    return [
        fact("贷款", str(change.loan) if seen else NOT_VISIBLE, href=reverse("credit_loan", args=[change.loan_id])),
        fact("户", f"{change.household.head_name}（{change.household.code}）"),
        fact("原到期日", change.old_maturity),
        fact("新到期日", change.new_maturity),
        fact("申请日期", change.asked_on),
        fact("银行决定日期", change.decided_on),
        fact("新年利率", percent(change.new_rate) if change.new_rate is not None and seen else None, note="未填为不变"),
        fact("材料补交期限", change.papers_due, note=f"{change.papers_on} 已补齐" if change.papers_on else ""),
        *([fact("续贷的新贷款", str(successor), href=reverse("credit_loan", args=[successor.pk]))] if successor else []),
        fact("原因", change.ground if seen_groups(scope, change.household, VIEW)("case") else NOT_VISIBLE, wide=True),
        fact("依据", change.rule, wide=True),
        fact("信用记录", _credit_words(change), wide=True),
    ]


def _credit_words(change: TermChange) -> str:
    if change.kind != "deferral":
        return "按合同约定。"
    return {
        "asked": "办理期间不作为不良上报。",
        "declined": "银行未同意，按原到期日计算逾期。",
    }.get(change.state, "合同和政策不变；新到期日前不算逾期，不计不良，不占用展期次数。")


def figure_facts(figure: BankFigure, seen: bool) -> list[dict[str, Any]]:
    """Whose figure of which period."""
    return [
        fact("户", f"{figure.household.head_name}（{figure.household.code}）"),
        fact("贷款", str(figure.loan) if seen else NOT_VISIBLE, href=reverse("credit_loan", args=[figure.loan_id])),
        fact("结息期", f"{figure.start} ～ {figure.end - ONE}"),
        fact("处理说明", figure.note if seen else NOT_VISIBLE),
    ]


def figure_grid(figure: BankFigure) -> Grid:
    """Bank and ours side by side, with our derivation."""
    rows = []
    for key, label in PARTS:
        theirs, ours = getattr(figure, key), getattr(figure, f"our_{key}")
        rows.append([cell(label), cell(yuan(theirs)), cell(yuan(ours)), cell(yuan(theirs - ours))])
    heads = [("项目", False), ("银行（元）", True), ("复算（元）", True), ("差额（元）", True)]
    return Grid("核对", heads, rows, "", list(figure.lines))


def item_facts(item: SubsidyItem, scope: Scope, today: dt.date) -> list[dict[str, Any]]:
    """One payment."""
    seen, loan = sees(item, scope), item.loan
    account = f"{loan.account_name} {loan.account or '（未登记账号）'}".strip()
    rows = [
        fact("户", f"{item.household.head_name}（{item.household.code}）"),
        fact("贷款", str(loan) if seen else NOT_VISIBLE, href=reverse("credit_loan", args=[loan.pk])),
        fact("结算期", str(item.run)),
        fact("贴息金额", yuan(item.amount) if seen else NOT_VISIBLE, unit="元" if seen else ""),
        fact("本期利息", yuan(item.interest) if seen else NOT_VISIBLE, unit="元" if seen else ""),
        fact("贴息天数", item.days, unit="天"),
        fact("收款账户", account if seen else NOT_VISIBLE),
        fact("发放日期", item.paid_on),
    ]
    if seen and item.returned is not None and item.returned != item.amount:
        rows.append(fact("银行发放金额", f"{yuan(item.returned)} 元，与清单不符", tone="r"))
    if seen and item.failure:
        rows += [
            fact("失败原因", f"{word('failures', item.failure, today)}（{item.failed_on}）", wide=True),
            fact("须补材料", word("failure_papers", item.failure, today), wide=True),
        ]
    return rows


def run_facts(run: SubsidyRun, today: dt.date) -> list[dict[str, Any]]:
    """A subsidy run."""
    days = int(rule("posting_days", today).value)
    ends = f"公示不少于 {days} 天，{run.posted_on + dt.timedelta(days=days)} 起可送拨" if run.posted_on and run.state == "posted" else ""
    return [
        fact("区（县）", run.region.name),
        fact("结算期", f"{run.start} ～ {run.end - ONE}"),
        fact("笔数", run.count, unit="笔"),
        fact("贴息总额", yuan(run.total), unit="元"),
        fact("贴息方式", word("subsidy_channel", run.channel, today)),
        fact("计算", f"{run.computed_on} {run.computed_by.name if run.computed_by else '系统'}"),
        fact("复核", run.checked_by.name if run.checked_by else None),
        fact("公示", run.posted_on, note=ends),
        fact("送拨", run.ordered_on),
        fact("拨付", run.paid_on),
    ]


def run_grid(run: SubsidyRun, scope: Scope) -> Grid:
    """The run's payments by state, with links to the list."""
    counts: dict[str, int] = {}
    for state in queries.items(scope).filter(run=run).order_by().values_list("state", flat=True):
        counts[state] = counts.get(state, 0) + 1
    base = f"{reverse('credit_items')}?run={run.pk}"
    rows = [[cell(s.label, f"{base}&state={code}"), cell(f"{counts.get(code, 0):,}"), cell(s.owner)] for code, s in PAYMENT.states.items()]
    return Grid("发放情况", [("状态", False), ("笔数", True), ("下一步", False)], rows, "")


def claim_facts(claim: RiskClaim, scope: Scope) -> list[dict[str, Any]]:
    """A claim on the risk fund."""
    seen = sees(claim, scope)

    def own(fen: int) -> str:
        return f"{yuan(fen)} 元" if seen else NOT_VISIBLE

    return [
        fact("户", f"{claim.household.head_name}（{claim.household.code}）"),
        fact("贷款", str(claim.loan) if seen else NOT_VISIBLE, href=reverse("credit_loan", args=[claim.loan_id])),
        fact("申请日期", claim.claimed_on),
        fact("逾期本金", own(claim.claimed)),
        fact("代偿日期", claim.compensated_on),
        fact("代偿金额", own(claim.compensated)),
        fact("已追回", own(claim.recovered)),
    ]
