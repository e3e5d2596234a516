"""What must hold before a loan is asked for, released or paid back; each raises Refused with the remedy."""

from __future__ import annotations

import datetime as dt

from shouwang.kernel.errors import Refused
from shouwang.ledgers.credit.arithmetic.money import percent, yuan
from shouwang.ledgers.credit.arithmetic.rates import rate_cap
from shouwang.ledgers.credit.models import LIVE, Loan
from shouwang.ledgers.credit.queries import ABLE
from shouwang.ledgers.credit.rules import entitled, fen, rule
from shouwang.ledgers.registry.models import Household, Member


def check_amount(amount: int, months: int, on: dt.date, place: str) -> None:
    """Ceiling and term of the day."""
    most, longest = fen("loan_ceiling", on, place), int(rule("longest_term", on, place).value)
    if amount <= 0 or amount > most:
        raise Refused(
            f"贷款金额 {yuan(amount)} 元超出范围：扶贫小额信贷每户不超过 {yuan(most)} 元。请改为上限以内，超出部分按一般农户贷款办理。",
            field="amount",
        )
    if not 1 <= months <= longest:
        raise Refused(f"期限 {months} 个月超出范围：不超过 {longest} 个月（{longest // 12} 年）。请改短期限。", field="months")


def check_borrower(household: Household, borrower: Member, on: dt.date) -> None:
    """Of the household, living, of age, able to work."""
    if borrower.household_id != household.pk or borrower.left_on is not None:
        raise Refused(f"借款人“{borrower.name}”不是该户现有成员。请选择户内成员。", field="borrower")
    age, said = borrower.age(on), rule("borrower_age", on).value
    if not int(said["from"]) <= age <= int(said["to"]):
        raise Refused(f"借款人 {age} 周岁，不在 {said['from']} 至 {said['to']} 周岁之间。请选择户内其他成员。", field="borrower")
    if borrower.labour not in ABLE:
        raise Refused("借款人登记为弱（半）劳动力或无劳动能力，不能贷款。请核对户档案，或选择户内其他成员。", field="borrower")


def check_household(household: Household, on: dt.date, *, but: int | None = None) -> None:
    """Entitled by its standing, and its one quota is free."""
    if not entitled(household, on):
        raise Refused(f"{on} 的政策规定，该户的属性不在扶贫小额信贷范围内。请核对户档案中的建档立卡和监测状态。", field="code")
    other = Loan.objects.filter(household=household, state__in=LIVE).exclude(pk=but).first()
    if other is not None:
        words = f"余额 {yuan(other.balance)} 元" if other.state == "released" else other.get_state_display()
        raise Refused(f"一户只有一个额度：该户已有贷款“{other}”（{words}）。请在该笔结清或撤回后再申请，到期的可办理续贷。", field="code")


def check_use(self_used: bool) -> None:
    """户借、户用、户还."""
    if not self_used:
        raise Refused("扶贫小额信贷须户借、户用、户还，不得“户贷企用”。请核实用途后勾选确认；不是本户自用的不能申请。", field="self_used")


def check_rate(rate: int, months: int, on: dt.date, place: str) -> None:
    """Not above the cap of the day and term."""
    cap = rate_cap(on, months, region=place)
    if not 0 < rate <= cap.ppm:
        raise Refused(f"年利率 {percent(rate)} 超出范围：{on} 放款的 {months} 个月贷款不高于 {cap}。请与银行核对。", field="rate")


def check_released(loan: Loan) -> None:
    """Money is out."""
    if loan.state != "released":
        raise Refused(f"这笔贷款当前为“{loan.get_state_display()}”，不是已放款未结清的贷款，不能办理。请刷新页面查看。", field="loan")


def check_repayment(loan: Loan, paid_on: dt.date, principal: int, today: dt.date) -> None:
    """Between release and today, and not more than is owed."""
    check_released(loan)
    assert loan.released_on is not None  # noqa: S101 - a constraint of the table
    if paid_on < loan.released_on:
        raise Refused(f"还款日期 {paid_on} 早于放款日期 {loan.released_on}。放款之前不会有还款，请核对日期。", field="paid_on")
    if paid_on > today:
        raise Refused(f"还款日期 {paid_on} 晚于今天 {today}。请填写实际还款的日期。", field="paid_on")
    if not 0 < principal <= loan.balance:
        raise Refused(
            f"归还本金 {yuan(principal)} 元超出范围：现余额 {yuan(loan.balance)} 元。请核对金额或已登记的还款。", field="principal"
        )
