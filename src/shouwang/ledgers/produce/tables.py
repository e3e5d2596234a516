"""The lists of the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from shouwang.kernel.filters import Filter
from shouwang.kernel.tables import Badge, Column, QuickView, Table
from shouwang.ledgers.produce import queries
from shouwang.ledgers.produce.codes import URGENCY, coded, entries, urgency, word
from shouwang.ledgers.produce.lifecycle import LOT, ORDER
from shouwang.ledgers.produce.models import Demand, InputDelivery, InputNeed, Lot, Order, Supplier
from shouwang.ledgers.produce.policies import EXPORT, VIEW
from shouwang.ledgers.produce.quantity import kilograms, value_fen


def place(row: Any, _today: dt.date) -> str:
    """区（县） / 镇 / 村 of an annotated row."""
    return " / ".join(n for n in (row.county_name, row.town_name, row.village_name) if n)


def _word(name: str, field: str) -> Callable[[Any, dt.date], str]:
    return lambda row, today: word(name, getattr(row, field), today) if getattr(row, field) else ""


def _kg(field: str) -> Callable[[Any, dt.date], Any]:
    return lambda row, _today: kilograms(getattr(row, field))


def _plain(field: str) -> Callable[[Any, dt.date], Any]:
    """A decimal without idle zeros: 1000.00 is 1000."""

    def value(row: Any, _today: dt.date) -> Any:
        found = getattr(row, field)
        return found if found is None or found != found.to_integral_value() else int(found)

    return value


def _urgency(row: Lot, today: dt.date) -> Badge | None:
    return Badge(*URGENCY[urgency(row.product, row.until_on, today)]) if row.state == "open" else None


def _state(row: Lot, _today: dt.date) -> Badge:
    state = LOT.state_of(row)
    return Badge(state.label, state.tone)


def _waiting(rows: QuerySet[Lot], wanted: bool, today: dt.date) -> QuerySet[Lot]:
    found = queries.waiting(Lot.objects.all(), today).values("pk")
    return rows.filter(pk__in=found) if wanted else rows.exclude(pk__in=found)


def _cleared(rows: QuerySet[Lot], wanted: bool, _today: dt.date) -> QuerySet[Lot]:
    return rows.filter(state="closed") if wanted else rows.exclude(state="closed")


def _own(rows: QuerySet[Any], wanted: bool, _today: dt.date) -> QuerySet[Any]:
    """Listed at the places of the scope, not by a town or county over them: what figures count."""
    return rows.filter(called__isnull=not wanted)


def _urgent(rows: QuerySet[Lot], codes: tuple[str, ...], today: dt.date) -> QuerySet[Lot]:
    """By days left and whether the product keeps, as the column says it: one condition for each product."""
    reach = Q(pk__in=[])
    days = {today + dt.timedelta(n) for n in range(-1, 12)}
    for product in entries("products", today):
        for day in days:
            if urgency(product, day, today) in codes:
                edge = {min(days): "until_on__lte", max(days): "until_on__gte"}.get(day, "until_on")
                reach |= Q(product=product, **{edge: day})
    return rows.filter(reach, state="open")


LOTS = Table(
    key="lots",
    title="滞销台账",
    base=queries.lots,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="produce_lots",
    unit="批",
    search=lambda rows, text: rows.filter(Q(code__contains=text.upper()) | Q(seller__contains=text) | Q(site__contains=text)),
    search_hint="批次编号、主体、地点",
    ordering=("until_on", "pk"),
    row_url=lambda row: reverse("produce_lot", args=[row.pk]),
    definition="授权范围内登记的滞销批次，和上级登记、有本范围涉及户的跨村批次（涉及户只计本范围）；剩余量为滞销量减未取消订单的订购量，以公斤计。",
    empty="还没有登记滞销批次。有农产品卖不出去的，由村（社区）或镇（街道）登记；可用 Excel 导入。",
    columns=(
        Column("product", "品种", _word("products", "product"), kind="link"),
        Column("urgency", "急迫程度", _urgency, kind="tag"),
        Column("seller", "主体", "seller"),
        Column("place", "所在地", place),
        Column("unsold", "滞销量", _kg("unsold"), kind="num", unit="公斤", sort="unsold"),
        Column("left", "剩余", _kg("left"), kind="num", unit="公斤", sort="left"),
        Column("worth", "剩余货值", lambda r, _d: value_fen(max(r.left, 0), r.asked_price), kind="money"),
        Column("floor", "最低价", "floor_price", kind="money", unit="元/公斤"),
        Column("asked", "意向价", "asked_price", kind="money", unit="元/公斤"),
        Column("until_on", "最迟可售日", "until_on", kind="date", sort="until_on"),
        Column("cold", "冷链", lambda r, _d: "需要" if r.cold_chain else "不需要"),
        Column("homes", "涉及户", "homes", kind="num", unit="户"),
        Column("state", "状态", _state, kind="tag"),
        Column("code", "批次编号", "code"),
        Column("kind", "主体类型", _word("sellers", "seller_kind"), default_hidden=True),
        Column("site", "地点", "site", default_hidden=True),
        Column("area", "面积", _plain("area"), kind="num", unit="亩", default_hidden=True),
        Column("heads", "存栏", "heads", kind="num", default_hidden=True),
        Column("expected", "预计产量", _kg("expected"), kind="num", unit="公斤", default_hidden=True),
        Column("harvested", "已采收、库存", _kg("harvested"), kind="num", unit="公斤", default_hidden=True),
        Column("quality", "品质、认证", "quality", default_hidden=True),
        Column("spec", "规格", "spec", default_hidden=True),
        Column("from_on", "上市日期", "from_on", kind="date", default_hidden=True),
        Column("storage", "储存", "storage", default_hidden=True),
        Column("national", "国家扶贫产品目录", "national", default_hidden=True),
        Column("local", "当地帮扶农产品", "local", default_hidden=True),
        Column("contact", "联系人", "called", mask="name", default_hidden=True),
        Column("listed_on", "登记日期", "listed_on", kind="date", sort="listed_on", default_hidden=True),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("product", "品种", "choice", coded("products"), apply="product"),
        Filter("urgency", "急迫程度", "choice", lambda _s: [(k, v[0]) for k, v in URGENCY.items()], apply=_urgent),
        Filter("waiting", "待销有剩余", "flag", apply=_waiting),
        Filter("state", "状态", "choice", lambda _s: LOT.choices, apply="state", visible=False),
        Filter("seller_kind", "主体类型", "choice", coded("sellers"), apply="seller_kind", visible=False),
        Filter("cold", "需要冷链", "flag", apply="cold_chain", visible=False),
        Filter("until_on", "最迟可售日", "date_range", apply="until_on", visible=False),
        Filter("cleared", "已销号", "flag", apply=_cleared, visible=False),
        Filter("own", "本范围登记", "flag", apply=_own, visible=False),
    ),
    quick_views=(
        QuickView("waiting", "待销", {"waiting": "1"}, tone="o"),
        QuickView("now", "特急", {"waiting": "1", "urgency": ["now", "late"]}, tone="r"),
        QuickView("closed", "已销号", {"state": "closed"}),
        QuickView("all", "全部", {}),
    ),
)


def _order_state(row: Order, _today: dt.date) -> Badge:
    state = ORDER.state_of(row)
    return Badge(state.label, state.tone)


def _owed(rows: QuerySet[Order], wanted: bool, _today: dt.date) -> QuerySet[Order]:
    found = queries.owed(Order.objects.all()).values("pk")
    return rows.filter(pk__in=found) if wanted else rows.exclude(pk__in=found)


def _settled_on_sale(rows: QuerySet[Order], wanted: bool, _today: dt.date) -> QuerySet[Order]:
    return rows.filter(lot__isnull=not wanted)


ORDERS = Table(
    key="orders",
    title="消费扶贫台账",
    base=queries.orders,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="produce_orders",
    unit="单",
    search=lambda rows, text: rows.filter(Q(buyer__name__contains=text) | Q(seller__contains=text) | Q(goods__contains=text)),
    search_hint="采购方、卖方、内容",
    ordering=("-ordered_on", "-pk"),
    row_url=lambda row: reverse("produce_lot", args=[row.lot_id]) if row.lot_id else reverse("produce_orders") + f"?q={row.buyer.name}",
    definition="国办发〔2018〕129号消费扶贫台账：按卖方类型（贫困村、贫困户、带贫企业、带贫合作社）登记的销售订单和单位采购，一单一行。",
    empty="还没有订单。请在滞销批次中登记订单，或从匹配方案下单。",
    columns=(
        Column("ordered_on", "下单日期", "ordered_on", kind="date", sort="ordered_on"),
        Column("product", "产品", queries.product_word, kind="link"),
        Column("seller_kind", "卖方类型", _word("sellers", "seller_kind")),
        Column("seller", "卖方", "seller"),
        Column("place", "所在地", place),
        Column("buyer", "采购方", "buyer.name"),
        Column("channel", "渠道", _word("channels", "channel")),
        Column("grams", "订购量", _kg("grams"), kind="num", unit="公斤", sort="grams"),
        Column("price", "单价", "price", kind="money", unit="元/公斤"),
        Column("received", "实收量", _kg("received"), kind="num", unit="公斤"),
        Column("settled", "结算金额", "settled", kind="money", sort="settled"),
        Column("paid", "兑付到户", "paid", kind="money"),
        Column("state", "状态", _order_state, kind="tag"),
        Column("shipped_on", "发货日期", "shipped_on", kind="date", default_hidden=True),
        Column("received_on", "收货日期", "received_on", kind="date", default_hidden=True),
        Column("settled_on", "结算日期", "settled_on", kind="date", sort="settled_on"),
        Column("campaign", "活动", "campaign.name", default_hidden=True),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("seller_kind", "卖方类型", "choice", coded("sellers"), apply="seller_kind"),
        Filter("channel", "渠道", "choice", coded("channels"), apply="channel"),
        Filter("state", "状态", "choice", lambda _s: ORDER.choices, apply="state"),
        Filter("sale", "当地产品销售", "flag", apply=_settled_on_sale, visible=False),
        Filter("owed", "未全部兑付到户", "flag", apply=_owed, visible=False),
        Filter("ordered_on", "下单日期", "date_range", apply="ordered_on", visible=False),
    ),
    quick_views=(
        QuickView("open", "办理中", {"state": ["ordered", "shipped", "received"]}),
        QuickView("owed", "未兑付到户", {"owed": "1"}, tone="r"),
        QuickView("bought", "单位采购", {"sale": "0"}),
        QuickView("all", "全部", {}),
    ),
)
PAYMENTS = Table(
    key="payments",
    title="兑付到户",
    base=queries.payments,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="produce_payments",
    unit="笔",
    search=lambda rows, text: rows.filter(Q(household__code__startswith=text) | Q(household__head_name__contains=text)),
    search_hint="户主、户编号",
    ordering=("-paid_on", "-pk"),
    row_url=lambda row: reverse("produce_lot", args=[row.order.lot_id]),
    definition="销售货款到达农户的登记，一单一户一笔；到账日期以农户收到为准。",
    empty="还没有兑付记录。请在订单结算后登记兑付。",
    columns=(
        Column("paid_on", "到账日期", "paid_on", kind="date", sort="paid_on"),
        Column("head", "户主", "household.head_name", kind="link", mask="name"),
        Column("code", "户编号", "household.code"),
        Column("place", "所在地", place),
        Column("amount", "金额", "amount", kind="money", group="income"),
        Column("method", "方式", "method"),
        Column("product", "产品", lambda r, d: word("products", r.order.product, d)),
        Column("lot", "批次编号", "order.lot.code"),
        Column("buyer", "采购方", "order.buyer.name"),
    ),
    filters=(Filter("region", "所在区划", "region"), Filter("paid_on", "到账日期", "date_range", apply="paid_on")),
)


def _open_demand(rows: QuerySet[Demand], wanted: bool, today: dt.date) -> QuerySet[Demand]:
    found = queries.open_demands(Demand.objects.all(), today).values("pk")
    return rows.filter(pk__in=found) if wanted else rows.exclude(pk__in=found)


def _demand_state(row: Demand, today: dt.date) -> Badge:
    if row.ended_on or row.until_on < today:
        return Badge("已结束")
    return Badge("采购中", "b") if row.left > 0 else Badge("已满足", "g")  # type: ignore[attr-defined]  # annotated by queries.demands


DEMANDS = Table(
    key="demands",
    title="采购需求",
    base=queries.demands,
    permission=VIEW,
    url_name="produce_demands",
    unit="条",
    search=lambda rows, text: rows.filter(Q(buyer__name__contains=text) | Q(buyer__aliases__contains=text)),
    search_hint="采购方",
    ordering=("until_on", "pk"),
    row_url=lambda row: reverse("produce_matching") + f"?product={row.product}",
    empty="还没有登记采购需求。由市、区（县）扶贫办登记采购方后登记。",
    columns=(
        Column("product", "品种", _word("products", "product"), kind="link"),
        Column("buyer", "采购方", "buyer.name"),
        Column("channel", "渠道", lambda r, d: word("channels", r.buyer.channel, d)),
        Column("wanted", "需求量", _kg("wanted"), kind="num", unit="公斤", sort="wanted"),
        Column("left", "未满足", _kg("left"), kind="num", unit="公斤"),
        Column("price", "出价", "price", kind="money", unit="元/公斤"),
        Column("until_on", "截止日期", "until_on", kind="date", sort="until_on"),
        Column("cold", "冷链", lambda r, _d: "有" if r.buyer.cold else "无"),
        Column("state", "状态", _demand_state, kind="tag"),
    ),
    filters=(
        Filter("product", "品种", "choice", coded("products"), apply="product"),
        Filter("channel", "渠道", "choice", coded("channels"), apply="buyer__channel"),
        Filter("open", "采购中", "flag", apply=_open_demand),
    ),
    quick_views=(QuickView("open", "采购中", {"open": "1"}), QuickView("all", "全部", {})),
)
BUYERS = Table(
    key="buyers",
    title="采购方和渠道",
    base=queries.buyers,
    permission=VIEW,
    url_name="produce_buyers",
    unit="家",
    search=lambda rows, text: rows.filter(Q(name__contains=text) | Q(aliases__contains=text)),
    search_hint="名称、别名",
    ordering=("name",),
    row_url=lambda row: reverse("produce_orders") + f"?q={row.name}",
    empty="还没有登记采购方。由市、区（县）扶贫办登记。",
    columns=(
        Column("name", "名称", "name", kind="link", sort="name"),
        Column("channel", "渠道", _word("channels", "channel")),
        Column("aliases", "别名", "aliases"),
        Column("sells", "可销售当地产品", lambda r, d: "是" if entries("channels", d)[r.channel]["sells"] else "否（只采购）"),
        Column("outside", "收货地", lambda r, _d: "市外" if r.outside else "市内"),
        Column("cold", "自有冷链", lambda r, _d: "有" if r.cold else "无"),
        Column("bought", "已结算", "bought", kind="money", sort="bought"),
    ),
    filters=(Filter("channel", "渠道", "choice", coded("channels"), apply="channel"), Filter("cold", "自有冷链", "flag", apply="cold")),
)
CAMPAIGNS = Table(
    key="campaigns",
    title="消费扶贫活动",
    base=queries.campaigns,
    permission=VIEW,
    url_name="produce_campaigns",
    unit="场",
    ordering=("-starts_on", "-pk"),
    row_url=lambda row: reverse("produce_campaign", args=[row.pk]),
    empty="还没有登记消费扶贫活动。由市、区（县）扶贫办登记。",
    columns=(
        Column("name", "名称", "name", kind="link"),
        Column("kind", "类型", _word("campaigns", "kind")),
        Column("venue", "地点（平台）", "venue"),
        Column("starts_on", "开始", "starts_on", kind="date", sort="starts_on"),
        Column("ends_on", "结束", "ends_on", kind="date"),
        Column("sold", "现场销售额", "sold", kind="money"),
        Column("signed", "签约额", "signed", kind="money"),
        Column("ordered", "订单结算额", "ordered", kind="money"),
        Column("result", "成效", "result"),
    ),
    filters=(Filter("region", "所在区划", "region"), Filter("kind", "类型", "choice", coded("campaigns"), apply="kind")),
)


def _short(row: InputNeed, _today: dt.date) -> Any:
    return max(_plain("short")(row, _today), 0)


def _supply(row: InputNeed, today: dt.date) -> Badge:
    if row.short <= 0:  # type: ignore[attr-defined]  # the same
        return Badge("已到位", "g")
    left = (row.needed_by - today).days
    return Badge("逾期缺口", "r") if left < 0 else Badge("缺口", "o")


def _is_short(rows: QuerySet[Any], wanted: bool, _today: dt.date) -> QuerySet[Any]:
    return rows.filter(short__gt=0) if wanted else rows.filter(short__lte=0)


def _from_supplier(rows: QuerySet[Any], text: str, _today: dt.date) -> QuerySet[Any]:
    """Needs some of which a supplier of that name delivered."""
    return rows.filter(pk__in=InputDelivery.objects.filter(supplier__name__contains=text).values("need_id"))


NEEDS = Table(
    key="input_needs",
    title="春耕备耕",
    base=queries.needs,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="produce_needs",
    unit="项",
    ordering=("needed_by", "pk"),
    row_url=lambda row: reverse("produce_need", args=[row.pk]),
    definition="各村按作物和农资登记的需求、到货和缺口；缺口为需求减到货，不小于零。",
    empty="还没有登记备耕需求。由村（社区）或镇（街道）按作物和农资登记。",
    columns=(
        Column("item", "农资", _word("inputs", "item"), kind="link"),
        Column("unit", "单位", lambda r, d: word("input_units", r.item, d)),
        Column("amount", "需求", _plain("amount"), kind="num"),
        Column("arrived", "到货", _plain("arrived"), kind="num"),
        Column("short", "缺口", _short, kind="num"),
        Column("needed_by", "最迟到位", "needed_by", kind="date", sort="needed_by"),
        Column("state", "状态", _supply, kind="tag"),
        Column("crop", "作物", _word("crops", "crop")),
        Column("place", "所在地", place),
        Column("year", "年份", "year", kind="text", default_hidden=True),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("item", "农资", "choice", coded("inputs"), apply="item"),
        Filter("crop", "作物", "choice", coded("crops"), apply="crop"),
        Filter("short", "有缺口", "flag", apply=_is_short),
        Filter("supplier", "供应商", "text", apply=_from_supplier, visible=False),
    ),
    quick_views=(QuickView("short", "有缺口", {"short": "1"}, tone="o"), QuickView("all", "全部", {})),
)


def _supplies(rows: QuerySet[Supplier], codes: tuple[str, ...], _today: dt.date) -> QuerySet[Supplier]:
    """Those who deal in any of the inputs."""
    reach = Q(pk__in=[])
    for code in codes:
        reach |= Q(goods__contains=code)
    return rows.filter(reach)


def _goods(row: Supplier, today: dt.date) -> str:
    return "、".join(word("inputs", code, today) for code in row.goods.split(","))


SUPPLIERS = Table(
    key="suppliers",
    title="农资供应商",
    base=queries.suppliers,
    permission=VIEW,
    url_name="produce_suppliers",
    unit="家",
    search=lambda rows, text: rows.filter(Q(name__contains=text) | Q(address__contains=text)),
    search_hint="名称、地点",
    ordering=("name",),
    row_url=lambda row: reverse("produce_needs") + f"?supplier={row.name}",
    empty="还没有登记农资供应商。由村（社区）、镇（街道）或区（县）登记。",
    columns=(
        Column("name", "名称", "name", kind="link", sort="name"),
        Column("goods", "供应农资", _goods),
        Column("address", "地点", "address"),
        Column("contact_line", "单位电话", "contact_line"),
        Column("deliveries", "到货次数", "deliveries_made", kind="num", unit="次", sort="deliveries_made"),
    ),
    filters=(Filter("goods", "供应农资", "choice", coded("inputs"), apply=_supplies),),
)
