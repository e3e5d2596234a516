"""帮扶明白卡: what hangs at the household's door. Nothing on it may harm who passes by: no ID, health, account, cause, income per head."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.actions import event_of, permit
from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import lookup
from shouwang.ledgers.registry import policies
from shouwang.ledgers.registry.codes import in_words, word
from shouwang.ledgers.registry.entitlements import BOOK
from shouwang.ledgers.registry.income import PROPERTY_FIELDS, TRANSFER_FIELDS
from shouwang.ledgers.registry.models import HelperAssignment, Household, IncomeStatement, Member, label_of

# Money that came from outside: allowances and dividends. Wages and trade are the family's own business.
MONEY = ("property_dividend", *(n for n in TRANSFER_FIELDS if n != "transfer_other"))
assert set(MONEY) <= {*PROPERTY_FIELDS, *TRANSFER_FIELDS}  # noqa: S101 - a renamed field must not drop off the card in silence


@dataclass(frozen=True, slots=True)
class Card:
    """One card. `money` holds (item, yuan) of `window`; both empty where nothing is recorded."""

    household: Household
    place: str
    helpers: list[tuple[str, str, str]]
    village_contact: str
    measures: list[str]
    money: list[tuple[str, Decimal]]
    total: Decimal
    window: str
    code_image: str


def wanted(rows: QuerySet[Household], scope: Scope) -> QuerySet[Household]:
    """The rows whose card the person may print."""
    return rows.filter(pk__in=Household.objects.within(scope, policies.EDIT).values("pk"))


def print_cards(rows: QuerySet[Household], *, by: Scope, today: dt.date, address: str) -> list[Card]:
    """The cards of some households in the order of village, hamlet and number, each printing on the audit.

    The helper's telephone is printed whole: it is there to be called. `address` is where a household's page lies, with {pk}.
    Raises Refused for none and for more than rulebook cards_per_print, NotPermitted where the file is not the person's to keep.
    """
    limit = int(lookup(BOOK, "cards_per_print", on=today).value)
    count = rows.count()
    if not count:
        raise Refused(in_words("没有可以打印的户。明白卡按建档立卡户和监测对象打印，请核对所选区划和小组。", today))
    if count > limit:
        raise Refused(f"所选 {count:,} 户，超过一次打印 {limit} 户的上限。请选择到村（社区）或村民小组后分次打印。")
    found = list(_read(rows).order_by("village__code", "hamlet", "code"))
    offices = _village_offices(found, today)
    with transaction.atomic():
        for household in found:
            permit(household, by=by, verb=policies.PRINT_CARD)
        Event.objects.bulk_create([event_of(h, by=by, verb=policies.PRINT_CARD, today=today) for h in found], batch_size=200)
    return [_card(h, offices.get(h.village_id or 0), today, address.format(pk=h.pk)) for h in found]


def _read(rows: QuerySet[Household]) -> QuerySet[Household]:
    living = Member.objects.filter(left_on=None).order_by("id")
    helpers = HelperAssignment.objects.filter(until=None).select_related("sponsor_unit").order_by("-since", "-pk")
    return Household.objects.filter(pk__in=rows.values("pk")).select_related("county", "town", "village").prefetch_related(
        Prefetch("members", living, to_attr="living"),
        Prefetch("helpers", helpers, to_attr="open_helpers"),
        Prefetch("incomes", IncomeStatement.objects.filter(is_latest=True), to_attr="latest_incomes"),
    )  # fmt: skip


def _village_offices(households: Iterable[Household], today: dt.date) -> dict[int, Office]:
    villages = {h.village_id for h in households if h.village_id}
    rows = Office.objects.filter(region_id__in=villages, kind=Office.Kind.VILLAGE, valid_from__lte=today).order_by("pk")
    return {o.region_id: o for o in rows if o.valid_to is None or o.valid_to > today}


def _card(household: Household, office: Office | None, today: dt.date, address: str) -> Card:
    import segno  # drawn on cards and prints only

    income = next(iter(household.latest_incomes), None)  # type: ignore[attr-defined]  # prefetched by _read
    money = [(label_of(income, n), Decimal(getattr(income, n)) / 100) for n in MONEY if getattr(income, n)] if income else []
    helpers = [
        (h.name, h.phone.reveal() if h.phone else "", str(h.sponsor_unit or ""))
        for h in household.open_helpers  # type: ignore[attr-defined]  # the same
    ]
    return Card(
        household=household,
        place=" ".join(str(p) for p in (household.county, household.town, household.village, household.hamlet) if p),
        helpers=helpers,
        village_contact=f"{office.short_name or office.name}　{office.contact_line}".strip() if office else "",
        measures=measures(household.living, today),  # type: ignore[attr-defined]  # the same
        money=money,
        total=sum((amount for _, amount in money), Decimal(0)),
        window=str(income) if income else "",
        code_image=segno.make(address, error="m").png_data_uri(scale=4, border=1),
    )


def measures(living: list[Member], today: dt.date) -> list[str]:
    """Policies the household enjoys that may hang at a door: what hints at illness stays off."""
    out = []
    for code in ("dibao", "tekun"):
        if n := sum(m.assistance == code for m in living):
            out.append(f"{word('assistance', code, on=today)} {n} 人")
    if n := sum(m.insurance != "none" for m in living):
        out.append(f"城乡居民基本医疗保险 {n} 人")
    if n := sum(m.pension == "drawing" for m in living):
        out.append(f"基本养老金 {n} 人")
    posts = [m for m in living if m.public_post != "none"]
    out += [f"公益性岗位：{m.name}（{word('public_post', m.public_post, on=today)}）" for m in posts]
    if n := sum(m.school_status not in ("not_in_school", "preschool") for m in living):
        out.append(f"教育资助对象（在校生）{n} 人")
    return out
