"""Writes about buyers, demands, orders, payments and campaigns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from shouwang.kernel.audit.actions import change, create_many
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.produce import policies, queries
from shouwang.ledgers.produce.actions import check_price, tell_impact
from shouwang.ledgers.produce.codes import check_most, entries, word
from shouwang.ledgers.produce.lifecycle import ORDER
from shouwang.ledgers.produce.models import Buyer, Campaign, Demand, Lot, LotHousehold, Order, Payment
from shouwang.ledgers.produce.quantity import kilograms, value_fen
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.queries import PLACES


def place_order(
    lot: Lot,
    buyer: Buyer,
    grams: int,
    price: int,
    *,
    by: Scope,
    today: dt.date,
    demand: Demand | None = None,
    campaign: Campaign | None = None,
) -> Order:
    """Order so much of a lot at a price in 分 a kilogram.

    Raises Refused for more than is left (of the lot or the demand), below the floor price, past the latest saleable day, or a channel on
    which Shantou only buys (832平台).
    """
    check_channel(buyer, today)
    with transaction.atomic():
        held = Lot.objects.select_for_update().get(pk=lot.pk)
        _check_order(held, grams, price, today)
        if demand is not None and grams > (left := _left_of(demand)):
            raise Refused(f"需求只剩 {left / 1000:,.1f} 公斤，订 {grams / 1000:,.1f} 公斤超出。请减少数量。", field="grams")
        row = Order(
            lot=held, buyer=buyer, demand=demand, campaign=campaign, channel=buyer.channel, product=held.product, seller_kind=held.seller_kind,
            seller=held.seller, grams=grams, price=price, ordered_on=today,
        )  # fmt: skip
        row.put_in(lot.region)
        with change(row, by=by, verb=policies.PLACE_ORDER, today=today) as fresh:
            pass
        tell_impact(held, by=by, today=today)
    return fresh


def check_channel(buyer: Buyer, today: dt.date) -> None:
    """Whether a lot of ours can be sold to this buyer; raises Refused."""
    if not entries("channels", today)[buyer.channel]["sells"]:
        name = word("channels", buyer.channel, today)
        raise Refused(
            f"{name}的卖家限 832 个国家级贫困县，汕头产品不能在该平台销售，只能采购。请选择其他渠道，单位采购请用“登记单位采购”。",
            field="buyer",
        )


def _check_order(lot: Lot, grams: int, price: int, today: dt.date) -> None:
    row: Any = queries.measured(Lot.objects.filter(pk=lot.pk)).get()
    if row.state != "open":
        raise Refused("本批次已销号或撤下，不能下单。请刷新页面查看。", field="grams")
    if grams > row.left:
        raise Refused(f"本批次只剩 {row.left / 1000:,.1f} 公斤，订 {grams / 1000:,.1f} 公斤超出。请减少数量。", field="grams")
    check_price(price, "单价", "price", today)
    if price < row.floor_price:
        raise Refused(
            f"单价 {price / 100:.2f} 元/公斤低于最低价 {row.floor_price / 100:.2f} 元/公斤。请核对单位，或先调整最低价。", field="price"
        )
    if row.until_on < today:
        raise Refused(f"本批次最迟可售日 {row.until_on} 已过，不能下单。请先核实并更新可售日。", field="grams")


def _left_of(demand: Demand) -> int:
    row: Any = queries.measured_demands(Demand.objects.filter(pk=demand.pk)).get()
    return int(row.left)


def move_order(order: Order, move: str, said: Mapping[str, Any], *, by: Scope, today: dt.date, reason: str = "") -> Order:
    """ship, receive (`grams` received), settle (`fen`) or cancel, on the day `on`.

    Raises Refused for a day to come or before the step before, more received than ordered, or more money than what was received is worth.
    """
    on: dt.date = said.get("on") or today
    before = order.received_on or order.shipped_on or order.ordered_on
    if on > today or on < before:
        raise Refused(f"日期须在 {before}（上一步）至 {today}（今天）之间，填写的是 {on}。请核对。", field="on")
    with transaction.atomic():
        with ORDER.advance(order, move, by=by, today=today, reason=reason) as row:
            if move == "ship":
                row.shipped_on = on
            if move == "receive":
                row.received_on, row.received = on, _received(row, said.get("grams"))
            if move == "settle":
                row.settled_on, row.settled = on, _settled(row, said.get("fen"))
        if row.lot is not None:
            tell_impact(row.lot, by=by, today=today)
    return row


def _received(row: Order, grams: int | None) -> int:
    found = grams if grams is not None else row.grams or 0
    if found <= 0 or found > (row.grams or 0):
        raise Refused(
            f"实收 {found / 1000:,.1f} 公斤，应大于 0 且不超过订购的 {(row.grams or 0) / 1000:,.1f} 公斤。请核对单位。", field="grams"
        )
    return found


def _settled(row: Order, fen: int | None) -> int:
    worth = value_fen(row.received or 0, row.price or 0)
    found = fen if fen is not None else worth
    if not 0 < found <= worth:
        raise Refused(f"结算 {found / 100:,.2f} 元，应大于 0 且不超过实收量乘单价的 {worth / 100:,.2f} 元。请核对。", field="fen")
    return found


def buy(buyer: Buyer, region: Region, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> Order:
    """A unit's own purchase without a lot of ours (`channel`, `goods`, `seller_kind`, `seller`, `fen`, `on`): settled as it is entered."""
    if said["on"] > today:
        raise Refused(f"采购日期 {said['on']} 晚于今天 {today}。请填写实际采购的日期。", field="on")
    row = Order(
        buyer=buyer, channel=said["channel"], goods=said["goods"], seller_kind=said["seller_kind"], seller=said["seller"], state="settled",
        ordered_on=said["on"], settled_on=said["on"], settled=said["fen"],
    )  # fmt: skip
    row.put_in(region)
    with change(row, by=by, verb=policies.BUY, today=today) as fresh:
        pass
    return fresh


def pay(order: Order, amounts: Mapping[int, int], *, paid_on: dt.date, method: str, by: Scope, today: dt.date) -> list[Payment]:
    """Money of a settled order reached households: {household id: 分}, each once per order.

    Raises Refused before the settlement, for a day to come, a household that is not behind the lot or was paid, or more than was settled.
    """
    if order.state != "settled" or order.settled is None or order.lot_id is None:
        raise Refused("订单还没有结算，不能登记兑付。请先登记结算。", field="amount")
    if paid_on > today or (order.settled_on and paid_on < order.settled_on):
        raise Refused(f"到账日期须在结算日 {order.settled_on} 至今天 {today} 之间，填写的是 {paid_on}。请核对。", field="paid_on")
    if not amounts:
        raise Refused("没有填写任何一户的金额。请至少填写一户。", field="amount")
    with transaction.atomic():
        held = Order.objects.select_for_update().get(pk=order.pk)
        shares = {x.household_id: x for x in LotHousehold.objects.filter(lot=held.lot_id)}
        before = {p.household_id: p.amount for p in Payment.objects.filter(order=held)}
        for home in amounts:
            if home not in shares:
                raise Refused("有一户不是本批次的涉及户。请先在批次中登记涉及户。", field="amount")
            if home in before:
                code = Household.objects.filter(pk=home).values_list("code", flat=True).first()
                who = f"户编号 {code}" if code else "已迁出的户"
                raise Refused(f"{who} 本订单已兑付 {before[home] / 100:,.2f} 元，不能重复登记。", field="amount")
        total = sum(before.values()) + sum(amounts.values())
        if total > (held.settled or 0):
            raise Refused(f"兑付合计 {total / 100:,.2f} 元，超过结算的 {(held.settled or 0) / 100:,.2f} 元。请核对。", field="amount")
        rows = []
        for home, fen in amounts.items():
            place = {name: getattr(shares[home], name) for name in PLACES}  # a share lies where its household has moved to
            rows.append(Payment(order=held, household_id=home, amount=fen, paid_on=paid_on, method=method, **place))
        return create_many(rows, by=by, verb=policies.PAY, today=today)


def by_share(order: Order) -> dict[int, int]:
    """{household id: 分} of what was settled, by the shares of the households not paid yet; whole 分, the rest to the largest shares."""
    shares = dict(LotHousehold.objects.filter(lot=order.lot_id).order_by("-share", "pk").values_list("household_id", "share"))
    paid = dict(Payment.objects.filter(order=order).values_list("household_id", "amount"))
    whole = order.lot.unsold if order.lot else 0
    due = {home: (order.settled or 0) * share // whole for home, share in shares.items()} if whole else {}
    if due and sum(shares.values()) == whole:
        for home in list(due)[: (order.settled or 0) - sum(due.values())]:
            due[home] += 1
    return {home: fen for home, fen in due.items() if home not in paid and fen}


def add_buyer(region: Region, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> Buyer:
    """A buyer (`name`, `channel`, `aliases`, `outside`, `cold`). Raises Refused where the name, or an alias, is known already."""
    names = {said["name"], *_split(said["aliases"])}
    for known in Buyer.objects.all():
        if clash := names & {known.name, *_split(known.aliases)}:
            raise Refused(f"“{sorted(clash)[0]}”与已登记的采购方“{known.name}”是同一家。请直接使用该采购方。", field="name")
    row = Buyer(**{k: said[k] for k in ("name", "channel", "aliases", "outside", "cold")})
    row.put_in(region)
    with change(row, by=by, verb=policies.ADD_BUYER, today=today) as fresh:
        pass
    return fresh


def _split(aliases: str) -> list[str]:
    return [a.strip() for a in aliases.replace(",", "、").replace("，", "、").split("、") if a.strip()]


def add_demand(buyer: Buyer, region: Region, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> Demand:
    """So much of a product wanted (`product`, `wanted` grams, `price`, `until_on`); raises Refused for a day that has passed."""
    check_channel(buyer, today)
    if said["until_on"] < today:
        raise Refused(f"截止日期 {said['until_on']} 已经过去（今天 {today}）。请填写今天以后的日期。", field="until_on")
    check_price(said["price"], "出价", "price", today)
    check_most("weight", kilograms(said["wanted"]), "需求量", "wanted", today)
    row = Demand(buyer=buyer, **{k: said[k] for k in ("product", "wanted", "price", "until_on")})
    row.put_in(region)
    with change(row, by=by, verb=policies.ADD_DEMAND, today=today) as fresh:
        pass
    return fresh


def end_demand(demand: Demand, *, by: Scope, today: dt.date) -> Demand:
    """The buyer wants no more."""
    with change(demand, by=by, verb=policies.END_DEMAND, today=today) as row:
        row.ended_on = today
    return row


def add_campaign(region: Region, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> Campaign:
    """A fair, action or broadcast (`name`, `kind`, `venue`, `starts_on`, `ends_on`)."""
    if said["ends_on"] < said["starts_on"]:
        raise Refused(f"结束日期 {said['ends_on']} 早于开始日期 {said['starts_on']}。请核对是否填反。", field="ends_on")
    row = Campaign(**{k: said[k] for k in ("name", "kind", "venue", "starts_on", "ends_on")})
    row.put_in(region)
    with change(row, by=by, verb=policies.ADD_CAMPAIGN, today=today) as fresh:
        pass
    return fresh


def end_campaign(campaign: Campaign, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> Campaign:
    """Its results (`sold`, `signed` in 分, `result`); raises Refused before it has begun."""
    if campaign.starts_on > today:
        raise Refused(f"活动 {campaign.starts_on} 才开始，还不能登记成效。", field="sold")
    with change(campaign, by=by, verb=policies.END_CAMPAIGN, today=today) as row:
        row.sold, row.signed, row.result = said["sold"], said["signed"], said["result"]
    return row
