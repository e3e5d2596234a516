"""Writes about lots: listing, households, recount, close. 滞销 impacts follow each of them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum

from shouwang.kernel.attachments.actions import attach
from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions import rls
from shouwang.kernel.regions.models import LEVEL_FIELDS, Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.impact.actions import Impact, record_impacts
from shouwang.ledgers.impact.models import ImpactRecord
from shouwang.ledgers.produce import policies, queries
from shouwang.ledgers.produce.card_words import ON_CARD, check_words
from shouwang.ledgers.produce.codes import check_most, word
from shouwang.ledgers.produce.lifecycle import LOT
from shouwang.ledgers.produce.models import Lot, LotHousehold
from shouwang.ledgers.produce.quantity import kilograms, value_fen
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.policies import check_open

SOURCE = "produce.lot"
PICTURE = "产品图片"
RECOUNTED = ("unsold", "floor_price", "asked_price", "until_on", "spec", "quality", "story")
NUMBERS = re.compile(r"\d[\d\s-]{5,}\d")  # a telephone, an ID, an account: no product needs one
SAID = (
    *("product", "seller_kind", "seller", "site", "area", "heads", "expected", "harvested", "unsold", "quality", "spec", "floor_price"),
    *("asked_price", "from_on", "until_on", "storage", "cold_chain", "national", "local", "contact", "phone", "story"),
)


def list_lot(region: Region, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> Lot:
    """List what lies unsold at a village, or in several of a town or county; `said` holds fields of SAID, weights in grams, prices in 分 a kilogram.

    Raises Refused for a latest saleable day that has passed, days or prices out of order, more unsold than harvested or expected, a
    yield still expected of a harvest that has begun, or words for the card that hold a number or name of a person.
    """
    check_lot(said, today)
    check_words(said, region)
    row = Lot(code=_code(region, today), listed_on=today, **{k: said[k] for k in SAID if k in said})
    row.put_in(region)
    with transaction.atomic():
        with change(row, by=by, verb=policies.LIST_LOT, today=today) as fresh:
            pass
        tell_impact(fresh, by=by, today=today)
    return fresh


def check_lot(said: Mapping[str, Any], today: dt.date) -> None:
    """Whether a lot can be as said; raises Refused naming field, value and remedy."""
    until, since = said["until_on"], said["from_on"]
    if until < today:
        raise Refused(f"最迟可售日 {until} 已经过去（今天 {today}），不能登记为待销。请填写今天以后的日期。", field="until_on")
    if until < since:
        raise Refused(f"最迟可售日 {until} 早于上市日期 {since}。请核对两个日期是否填反。", field="until_on")
    if said.get("expected") and not said.get("harvested") and since < today:
        raise Refused(
            f"上市日期 {since} 已经过去（今天 {today}），不能只填预计产量。已采收的请填写“已采收、库存”；还没采收的请核对上市日期。",
            field="from_on",
        )
    for name, label in ON_CARD.items():
        if found := NUMBERS.search(said.get(name) or ""):
            raise Refused(f"{label}里有号码“{found[0][:3]}…”，会印在产品卡上。请删去电话、证件号、账号。", field=name)
    check_price(said["asked_price"], "意向价", "asked_price", today)
    for name, label in (("unsold", "滞销量"), ("expected", "预计产量"), ("harvested", "已采收、库存")):
        check_most("weight", kilograms(said.get(name)), label, name, today)
    for name, label in (("heads", "存栏"), ("area", "面积")):
        check_most(name, said.get(name), label, name, today)
    if said["asked_price"] < said["floor_price"]:
        raise Refused("意向价低于最低价。请核对两个价格是否填反。", field="asked_price")
    stock = said.get("harvested") or said.get("expected")
    if stock is not None and said["unsold"] > stock:
        raise Refused(
            f"滞销量 {said['unsold'] / 1000:,.1f} 公斤多于已采收或预计产量 {stock / 1000:,.1f} 公斤。请核对单位（1 公斤等于 2 斤）。",
            field="unsold",
        )


def check_price(fen: int, label: str, field: str, today: dt.date) -> None:
    """Whether 分 a kilogram can be a price; raises Refused."""
    check_most("price", Decimal(fen) / 100, label, field, today)


def _code(region: Region, today: dt.date) -> str:
    """ZX + county + day + number of the day in the county: short enough to say on the telephone."""
    head = f"ZX{region.code[:6]}{today:%y%m%d}"
    with rls.everywhere():  # numbers run through the county, of which a village reaches its own lots only
        last = Lot.objects.filter(code__startswith=head).order_by("-code").values_list("code", flat=True).first()
    return f"{head}{int(last[-3:]) + 1 if last else 1:03d}"


def add_household(lot: Lot, household: Household, grams: int, *, by: Scope, today: dt.date) -> LotHousehold:
    """Put a household of the lot's place behind it with its share; again changes the share.

    Raises Refused for a household from elsewhere, and where the shares would exceed the lot.
    """
    check_open(household)
    if getattr(household, LEVEL_FIELDS[lot.region.level]) != lot.region_id:
        raise Refused(f"户编号 {household.code} 不在本批次所在的{lot.region.name}。跨村的请以镇（街道）为所在地登记批次。", field="code")
    with transaction.atomic():
        held = Lot.objects.select_for_update().get(pk=lot.pk)
        _check_standing(held)
        others = LotHousehold.objects.filter(lot=held).exclude(household=household).aggregate(n=Sum("share"))["n"] or 0
        if others + grams > held.unsold:
            raise Refused(
                f"各户份额合计 {(others + grams) / 1000:,.1f} 公斤，超过本批次的 {held.unsold / 1000:,.1f} 公斤。请核对份额和单位。",
                field="share",
            )
        row = LotHousehold.objects.filter(lot=held, household=household).first() or LotHousehold(lot=held, share=grams)
        if row.pk is None:
            row.put_beside(household)
        with change(row, by=by, verb=policies.ADD_HOME, today=today) as fresh:
            fresh.share = grams
        tell_impact(held, by=by, today=today)
    return fresh


def recount(lot: Lot, said: Mapping[str, Any], reason: str, *, by: Scope, today: dt.date, version: int | None = None) -> Lot:
    """Change fields of RECOUNTED; those not said stay. Raises Refused below what is ordered or shared, or as `list_lot` does."""
    _check_standing(lot)
    whole = {k: getattr(lot, k) for k in ("from_on", "harvested", "expected")} | dict(said)
    check_lot({**whole, "harvested": None, "expected": None}, today)
    told = {k: said[k] for k in ("spec", "quality", "story") if k in said}
    check_words({**told, "contact": lot.contact}, lot.region, lot.households.values_list("household_id", flat=True))
    measured = queries.measured(Lot.objects.filter(pk=lot.pk)).get()
    shared = LotHousehold.objects.filter(lot=lot).aggregate(n=Sum("share"))["n"] or 0
    least = max(measured.ordered, shared)
    if said["unsold"] < least:
        raise Refused(f"滞销量不能少于已下单或各户份额合计的 {least / 1000:,.1f} 公斤。请先取消订单或调整份额。", field="unsold")
    with transaction.atomic():
        with change(lot, by=by, verb=policies.RECOUNT_LOT, today=today, reason=reason, version=version) as locked:
            for name in (n for n in RECOUNTED if n in said):
                setattr(locked, name, said[name])
        tell_impact(locked, by=by, today=today)
    return locked


def add_picture(lot: Lot, upload: UploadedFile[Any], *, by: Scope, today: dt.date) -> None:
    """A picture of the goods for the card; raises Refused as `attach` does."""
    attach(lot, upload, role=PICTURE, by=by, today=today, verb=policies.ADD_PICTURE, sensitive=False)


def move_lot(lot: Lot, move: str, reason: str, *, by: Scope, today: dt.date) -> Lot:
    """close (销号), withdraw or reopen. Closing wants nothing left, every order settled, and the money with the households."""
    if move == "close":
        check_close(lot)
    with transaction.atomic():
        with LOT.advance(lot, move, by=by, today=today, reason=reason) as locked:
            locked.closed_on = None if move == "reopen" else today
            locked.clear_days = (today - locked.listed_on).days if move == "close" else None
        tell_impact(locked, by=by, today=today)
    return locked


def check_close(lot: Lot) -> None:
    """Whether a lot can be closed; raises Refused saying what is missing."""
    row: Any = queries.measured(Lot.objects.filter(pk=lot.pk)).get()
    if row.left > 0:
        raise Refused(f"还有 {row.left / 1000:,.1f} 公斤没有卖出，不能销号。卖不出的请更新滞销量，或撤下并写明理由。")
    if open_orders := row.orders.exclude(state__in=("settled", "cancelled")).count():
        raise Refused(f"还有 {open_orders} 个订单没有结算，不能销号。请先登记发货、收货和结算。")
    if row.homes and row.paid < row.settled:
        raise Refused(f"还有 {(row.settled - row.paid) / 100:,.2f} 元没有兑付到户，不能销号。请先登记兑付。")


def _check_standing(lot: Lot) -> None:
    if lot.state != "open":
        raise Refused(f"本批次{LOT.state_of(lot).label}，不能再修改。需要修改的，请先恢复。")


def tell_impact(lot: Lot, *, by: Scope, today: dt.date) -> None:
    """Write the 滞销 impact of each household behind the lot, and of the lot for what no household has: expected at the asked price, now
    what is ordered at its price, by share. It has recovered when nothing is left or the lot is off the list."""
    row: Any = queries.measured(Lot.objects.filter(pk=lot.pk).select_related("region")).get()
    sold = sum(value_fen(g, p) for g, p in row.orders.filter(queries.COUNTED).values_list("grams", "price"))
    over = today if row.state != "open" or row.left <= 0 else None
    shares = list(LotHousehold.objects.filter(lot=lot).values_list("pk", "household_id", "share"))
    rest = row.unsold - sum(share for *_, share in shares)
    own, started = str(lot.pk), min(row.listed_on, today)
    parts = [(f"{own}:{pk}", home, share, over) for pk, home, share in shares]
    if rest or ImpactRecord.objects.filter(source_ledger=SOURCE, source_id=own).exists():
        parts.append((own, None, rest, over if rest else today))
    items = []
    for source, home, share, end in parts:
        expected = value_fen(share, row.asked_price)
        items.append(
            Impact(
                "unsold", SOURCE, source, started, household_id=home, region=row.region, subject_kind="product",
                subject=f"{word('products', row.product, today)}（{row.code}）", expected=expected,
                now=min(expected, sold * share // row.unsold), recovery_on=row.until_on, recovered_on=end,
            )
        )  # fmt: skip
    record_impacts(items, by=by, today=today)
