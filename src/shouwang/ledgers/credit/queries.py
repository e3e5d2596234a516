"""Reads of the ledger, and the named sets that lists and figures share."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Least

from shouwang.kernel.audit.queries import Entry, timeline
from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.models import Record
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.credit.models import (
    LIVE,
    OPEN,
    BankFigure,
    FundMovement,
    Instalment,
    Loan,
    RiskClaim,
    SubsidyItem,
    SubsidyRun,
    TermChange,
)
from shouwang.ledgers.credit.policies import SUBSIDY, VIEW
from shouwang.ledgers.credit.rules import rule
from shouwang.ledgers.registry.models import Household, Member, OfHousehold
from shouwang.ledgers.registry.queries import PLACE_NAMES, registered
from shouwang.ledgers.registry.queries import current as standing

M = TypeVar("M", bound=OfHousehold)
ABLE = ("ordinary", "skilled")
BORROWED = ("released", "settled")


def loans(scope: Scope) -> QuerySet[Loan]:
    """Loans in scope with household, borrower and place names, whether a deferral is being decided (`deferring`), the next part due (`part_on`)."""
    asked = TermChange.objects.filter(loan=OuterRef("pk"), kind="deferral", state="asked")
    rows = Loan.objects.within(scope).select_related("household", "borrower")
    found: QuerySet[Loan] = rows.annotate(deferring=Exists(asked), part_on=Subquery(next_part()), **PLACE_NAMES)
    return found


def term_changes(scope: Scope) -> QuerySet[TermChange]:
    """Changes of term in scope."""
    found: QuerySet[TermChange] = TermChange.objects.within(scope).select_related("household", "loan").annotate(**PLACE_NAMES)
    return found


def bank_figures(scope: Scope) -> QuerySet[BankFigure]:
    """The bank's figures in scope."""
    found: QuerySet[BankFigure] = BankFigure.objects.within(scope).select_related("household", "loan").annotate(**PLACE_NAMES)
    return found


def runs(scope: Scope) -> QuerySet[SubsidyRun]:
    """Subsidy runs in scope."""
    found: QuerySet[SubsidyRun] = SubsidyRun.objects.within(scope).select_related("region", "computed_by", "checked_by")
    return found


def items(scope: Scope) -> QuerySet[SubsidyItem]:
    """Payments in scope; those of a dropped run are left out."""
    rows = SubsidyItem.objects.within(scope).filter(dropped=False)
    found: QuerySet[SubsidyItem] = rows.select_related("household", "loan", "run").annotate(**PLACE_NAMES)
    return found


def claims(scope: Scope) -> QuerySet[RiskClaim]:
    """Claims on the risk fund in scope."""
    found: QuerySet[RiskClaim] = RiskClaim.objects.within(scope).select_related("household", "loan").annotate(**PLACE_NAMES)
    return found


def fund_movements(scope: Scope) -> QuerySet[FundMovement]:
    """Money into and out of the funds in scope, with the county and the claim."""
    found: QuerySet[FundMovement] = FundMovement.objects.within(scope).select_related("region", "claim__loan")
    return found


def households(scope: Scope) -> QuerySet[Household]:
    """Households in scope with their latest loan's state (`loan_state`): who has a loan, who waits for one."""
    last = Loan.objects.filter(household=OuterRef("pk")).exclude(state__in=("refused", "withdrawn")).order_by("-pk").values("state")[:1]
    return standing(Household.objects.within(scope, VIEW)).annotate(loan_state=Subquery(last), **PLACE_NAMES)


def one(model: type[M], scope: Scope, pk: int, permission: str = VIEW) -> M:
    """One record of the ledger with its household and loan; raises OutOfScope."""
    beside = ("household", "region", "county", "town", "village")
    extra = ("borrower",) if model is Loan else ("loan__borrower", "loan__county")
    rows: Any = model._default_manager
    found: M | None = rows.within(scope, permission).select_related(*beside, *extra).filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def run(scope: Scope, pk: int, permission: str = VIEW) -> SubsidyRun:
    """One subsidy run; raises OutOfScope."""
    found: SubsidyRun | None = (
        SubsidyRun.objects.within(scope, permission).select_related("region", "computed_by", "checked_by").filter(pk=pk).first()
    )
    if found is None:
        raise OutOfScope
    return found


def household_by_code(scope: Scope, code: str, permission: str) -> Household:
    """The household of that number; raises Refused in words where there is none that the permission reaches."""
    found = standing(Household.objects.within(scope, permission)).select_related("region", "county").filter(code=code).first()
    if found is None:
        raise Refused(f"没有户编号为“{code}”的户，或不在您的办理权限范围内。请核对户编号。", field="code")
    return found


def household(scope: Scope, pk: int, permission: str) -> Household:
    """One household; raises OutOfScope."""
    found = Household.objects.within(scope, permission).select_related("region", "county", "town", "village").filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def timeline_of(record: Record) -> list[Entry]:
    """The acts on one record, the youngest first."""
    return timeline(record._meta.label_lower, str(record.pk))


def counties(scope: Scope, permission: str = SUBSIDY) -> QuerySet[Region]:
    """Counties for which the person may reckon subsidies, or do what the permission says."""
    return Region.objects.filter(scope.q(permission), level=Region.COUNTY, year_to=None).order_by("rank", "code")


# Named sets.


def owing(rows: QuerySet[Loan]) -> QuerySet[Loan]:
    """Released and not yet paid back."""
    return rows.filter(state="released", balance__gt=0)


def overdue(rows: QuerySet[Loan], day: dt.date) -> QuerySet[Loan]:
    """Owing past maturity (as deferred or extended), or in default as the bank reports."""
    return owing(rows).filter(Q(maturity__lt=day) | Q(in_default=True))


def reportable(rows: QuerySet[Loan], day: dt.date) -> QuerySet[Loan]:
    """Overdue without a deferral under way: a household that asked for one is not reported as a bad debtor."""
    asked = TermChange.objects.filter(kind="deferral", state="asked").values("loan_id")
    return overdue(rows, day).exclude(pk__in=asked)


def days_late(day: dt.date, least: int, most: int | None = None) -> Q:
    """Matured at least `least` and at most `most` days ago."""
    q = Q(maturity__lte=day - dt.timedelta(days=least))
    return q & Q(maturity__gte=day - dt.timedelta(days=most)) if most else q


def maturing(rows: QuerySet[Loan], day: dt.date) -> QuerySet[Loan]:
    """Owing and due from the day on within rulebook maturing_days, in whole or in part."""
    last = day + dt.timedelta(days=int(rule("maturing_days", day).value))
    part = unpaid_parts().filter(due_on__gte=day, due_on__lte=last).values("loan_id")
    return owing(rows).filter(Q(maturity__gte=day, maturity__lte=last) | Q(pk__in=part))


def unpaid_parts() -> QuerySet[Instalment]:
    """Parts of released loans not wholly paid, with 分 `unpaid`: repayments pay the earliest part first."""
    repaid = F("loan__amount") - F("loan__balance")
    rows = Instalment.objects.filter(loan__state="released", upto__gt=repaid)
    found: QuerySet[Instalment] = rows.annotate(unpaid=Least(F("principal"), F("upto") - repaid))
    return found


def behind(rows: QuerySet[Loan], day: dt.date) -> QuerySet[Loan]:
    """Owing with a part past its day and not wholly paid; the loan itself may run on."""
    return owing(rows).filter(pk__in=unpaid_parts().filter(due_on__lt=day).values("loan_id"))


def next_part(since: dt.date = dt.date.min) -> QuerySet[Any]:
    """Of a loan (OuterRef pk) the day of the first part not wholly paid and due from `since` on."""
    return unpaid_parts().filter(loan=OuterRef("pk"), due_on__gte=since).order_by("due_on").values("due_on")[:1]


def waiting(rows: QuerySet[Loan]) -> QuerySet[Loan]:
    """Asked for and neither released nor refused."""
    return rows.filter(state__in=OPEN)


def borrowers(rows: QuerySet[Household]) -> QuerySet[Household]:
    """Registered households to which a loan was ever released."""
    return registered(rows).filter(pk__in=Loan.objects.filter(state__in=BORROWED).values("household_id"))


def unmet(rows: QuerySet[Household]) -> QuerySet[Household]:
    """应贷未贷: asked, not refused, and still without a loan."""
    return rows.filter(pk__in=waiting(Loan.objects.all()).values("household_id"))


def eligible(rows: QuerySet[Household], day: dt.date) -> QuerySet[Household]:
    """Whose standing entitles and who have a member of the borrowers' age able to work, without a live loan."""
    said, age = rule("entitled_standings", day).value, rule("borrower_age", day).value
    oldest, youngest = _years_before(day, int(age["to"]) + 1), _years_before(day, int(age["from"]))
    able = Member.objects.filter(left_on=None, labour__in=ABLE, birth_date__gt=oldest, birth_date__lte=youngest).values("household_id")
    entitled = Q(registration__in=said["registration"]) | Q(monitoring__in=said["monitoring"])
    return rows.filter(entitled, pk__in=able).exclude(pk__in=Loan.objects.filter(state__in=LIVE).values("household_id"))


def _years_before(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year - years) if (day.month, day.day) != (2, 29) else dt.date(day.year - years, 2, 28)


def standing_items(rows: QuerySet[SubsidyItem]) -> QuerySet[SubsidyItem]:
    """Payments of runs that were checked and not dropped."""
    return rows.filter(dropped=False).exclude(run__state="computed")


def mismatched(rows: QuerySet[SubsidyItem]) -> QuerySet[SubsidyItem]:
    """Paid by the bank with another amount than ordered."""
    return rows.filter(returned__isnull=False).exclude(returned=F("amount"))
