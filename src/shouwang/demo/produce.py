"""Backlogs, buyers, orders, money to households, a fair and spring ploughing of the demonstration city: invented, by the ledger's own actions."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile

from shouwang.demo.offices import Staff
from shouwang.demo.people import MARK
from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.regions.models import LEVEL_FIELDS, Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.produce import actions, farming_actions, trade_actions
from shouwang.ledgers.produce.codes import word
from shouwang.ledgers.produce.models import Buyer, Lot, Supplier
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.queries import on_file

FIRST, SECOND, THIRD = dt.date(2020, 2, 8), dt.date(2020, 2, 12), dt.date(2020, 2, 17)
TOWN = "440513100"
# product, kilograms, price and floor in 分, days it may still be sold, county of the village, cold chain
GOODS = (
    ("goose", 1800, 3600, 3200, 9, "440515", True), ("olive", 5200, 900, 750, 25, "440513", False), ("laver", 2600, 5600, 5000, 120, "440523", False),
    ("oyster", 3400, 1500, 1200, 4, "440523", True), ("guava", 3000, 360, 300, 6, "440514", False), ("citrus", 8000, 480, 400, 20, "440513", False),
    ("vegetable", 4200, 320, 240, 3, "440515", False), ("radish", 12000, 160, 110, 22, "440514", False), ("potato", 9000, 240, 200, 45, "440512", False),
    ("egg", 900, 1100, 950, 14, "440513", False),
)  # fmt: skip
LOCAL = (("olive", 1500, 880, 760, 24), ("vegetable", 1200, 300, 240, 5), ("oyster", 700, 1450, 1200, 3))
BUYERS = (
    ("广东省扶贫创新创业基地（汕头）", "base", "广东省消费扶贫创业创新基地(汕头)", True),
    ("汕头市扶贫消费中心", "centre", "市扶贫消费中心", True),
    ("市级机关食堂", "canteen", "", False),
    ("市总工会", "union", "", False),
    ("连锁超市专柜", "counter", "", True),
    ("生鲜超市", "supermarket", "", True),
    ("电商助农平台", "online", "", True),
    ("832平台采购（市直单位）", "p832", "", False),
)
WANTED = (
    (1, "olive", 3000, 920, 30), (0, "goose", 1200, 3700, 20), (2, "vegetable", 2500, 340, 6), (4, "guava", 1500, 380, 10), (5, "oyster", 2000, 1550, 5),
    (3, "citrus", 3500, 500, 25), (6, "laver", 1200, 5800, 40), (2, "radish", 4000, 170, 15), (5, "egg", 800, 1150, 12), (4, "potato", 3000, 250, 30),
)  # fmt: skip
SUPPLIERS = (
    (("seed", "fertiliser", "film"), "供销社农资门店", "0754-80000001"),
    (("machinery", "labour"), "农机服务专业合作社", "0754-80000002"),
)
STORY = f"合作社统一收购、分级、包装，产地直供（{MARK}）。"


class Market:
    """What villages, buyers and offices entered, day by day."""

    def __init__(self, staff: Staff, city: Region, *, seed: int) -> None:
        self._staff, self._city, self._rng = staff, city, np.random.default_rng([seed, 37])
        self._buyers: list[Buyer] = []
        self._suppliers: dict[str, Supplier] = {}

    def on(self, day: dt.date) -> None:
        """Enter what that day brought."""
        clerk = scope_of(self._staff.users["4405-fpb-jb"], day)
        if day == FIRST:
            self._open(clerk, day)
        if day == SECOND:
            self._sell(clerk, day)
        if day == THIRD:
            self._today(clerk, day)

    def _open(self, clerk: Scope, day: dt.date) -> None:
        for name, channel, aliases, cold in BUYERS:
            said = {"name": name, "channel": channel, "aliases": aliases, "outside": channel == "online", "cold": cold}
            self._buyers.append(trade_actions.add_buyer(self._city, said, by=clerk, today=day))
        for product, kg, asked, floor, days, county, cold in GOODS:
            region = self._village(county)
            if region is not None:
                self._list(region, product, (kg, asked, floor), THIRD + dt.timedelta(days), cold, clerk, day)
        if town := Region.objects.filter(code__startswith=TOWN, level=Region.TOWN).first():  # over several of its villages, which read it
            self._list(town, "radish", (3600, 180, 120), THIRD + dt.timedelta(12), False, clerk, day)

    def _village(self, code: str) -> Region | None:
        """A village with households on file, drawn from the county or town."""
        rows = on_file(Household.objects.filter(closed_on=None, village__code__startswith=code)).order_by("pk")
        ids = list(rows.values_list("village_id", flat=True)[:400])
        return Region.objects.get(pk=int(self._rng.choice(ids))) if ids else None

    def _list(
        self, region: Region, product: str, numbers: tuple[int, int, int], until: dt.date, cold: bool, by: Scope, day: dt.date
    ) -> Lot:
        kg, asked, floor = numbers
        name = region.name.removesuffix("委会").removesuffix("居").removesuffix("村民")
        said = {
            "product": product, "seller_kind": "coop" if kg > 4000 else "village", "seller": f"{name}{'种养合作社' if kg > 4000 else '农户'}",
            "unsold": kg * 1000, "harvested": kg * 1100, "asked_price": asked, "floor_price": floor, "from_on": day, "until_on": until,
            "cold_chain": cold, "local": True, "story": STORY, "quality": "无公害" if kg > 2000 else "", "storage": "冷库" if cold else "常温",
        }  # fmt: skip
        made = actions.list_lot(region, said, by=by, today=day)
        here = on_file(Household.objects.filter(closed_on=None, **{LEVEL_FIELDS[region.level]: region.pk})).order_by("village__code", "pk")
        homes = list(here[:4]) if region.level == Region.VILLAGE else list({h.village_id: h for h in here}.values())[:4]
        for n, home in enumerate(homes):  # together the whole lot, however few they are
            share = kg * 1000 * (n + 1) // len(homes) - kg * 1000 * n // len(homes)
            actions.add_household(made, home, share, by=by, today=day)
        return made

    def _sell(self, clerk: Scope, day: dt.date) -> None:
        """Demands come in; one lot is sold out and paid, two are under way."""
        for buyer, product, kg, price, days in WANTED:
            said = {"product": product, "wanted": kg * 1000, "price": price, "until_on": THIRD + dt.timedelta(days)}
            place = Region.objects.filter(level=Region.COUNTY, city=self._city).order_by("rank", "code").first() or self._city
            trade_actions.add_demand(self._buyers[buyer], place, said, by=clerk, today=day)
        fair = {
            "name": f"“战疫助农”线上展销（{MARK}）",
            "kind": "fair",
            "venue": "市扶贫消费中心",
            "starts_on": day,
            "ends_on": day + dt.timedelta(3),
        }
        campaign = trade_actions.add_campaign(self._city, fair, by=clerk, today=day)
        sold = Lot.objects.filter(product__in=("guava", "laver", "citrus")).order_by("product", "pk")
        for n, lot in enumerate(sold):
            kg = lot.unsold // 1000 if lot.product == "guava" else lot.unsold // 2000
            order = trade_actions.place_order(
                lot, self._buyers[(1, 4, 6)[n % 3]], kg * 1000, lot.asked_price, by=clerk, today=day, campaign=campaign
            )
            order = trade_actions.move_order(order, "ship", {}, by=clerk, today=day)
            if lot.product != "laver":
                order = trade_actions.move_order(order, "receive", {}, by=clerk, today=day)
            if lot.product == "guava":
                order = trade_actions.move_order(order, "settle", {}, by=clerk, today=day)
                if due := trade_actions.by_share(order):
                    trade_actions.pay(order, due, paid_on=day, method="转账", by=clerk, today=day)
        said = {"channel": "p832", "goods": "杂粮礼包", "seller_kind": "outside", "seller": "832平台供应商", "fen": 5_860_000, "on": day}
        trade_actions.buy(self._buyers[7], self._city, said, by=clerk, today=day)

    def _today(self, clerk: Scope, day: dt.date) -> None:
        """The demonstration town lists its own; a lot is closed; inputs arrive; a picture is taken."""
        town = scope_of(self._staff.users["440513100-zf-jb"], day)
        for product, kg, asked, floor, days in LOCAL:
            if region := self._village(TOWN):
                made = self._list(region, product, (kg, asked, floor), day + dt.timedelta(days), product == "oyster", town, day)
                upload = SimpleUploadedFile("产品图（演示）.png", _picture(word("products", product, day)), content_type="image/png")
                actions.add_picture(made, upload, by=town, today=day)
        for lot in Lot.objects.filter(product="guava", state="open").order_by("pk")[:1]:
            actions.move_lot(lot, "close", "", by=clerk, today=day)
        for goods, name, line in SUPPLIERS:
            supplier = {"name": f"{name}（{MARK}）", "goods": goods, "address": "潮阳区海门镇", "contact_line": line}
            self._suppliers[goods[0]] = farming_actions.add_supplier(self._city, supplier, by=clerk, today=day)
        for code in (TOWN, "440514", "440515"):
            if region := self._village(code):
                self._plough(region, town if code == TOWN else clerk, day)

    def _plough(self, region: Region, by: Scope, day: dt.date) -> None:
        for item, amount, arrived in (("seed", 450, 450), ("fertiliser", 12_000, 7_500), ("film", 300, 0), ("machinery", 20, 6)):
            said = {"crop": "rice", "item": item, "amount": Decimal(amount), "needed_by": dt.date(2020, 3, 5)}
            need = farming_actions.set_need(region, said, by=by, today=day)
            if arrived:
                dealer = self._suppliers["machinery" if item == "machinery" else "seed"]
                farming_actions.deliver(need, dealer, Decimal(arrived), day, by=by, today=day)


def _picture(words: str) -> bytes:
    """A drawing, not a photograph: a ground and two fruits."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (640, 420), "#eef6e6")
    draw = ImageDraw.Draw(picture)
    hue = "#7aa63c" if words != "生蚝" else "#8d99a6"
    for x, y in ((150, 190), (300, 150), (400, 250)):
        draw.ellipse((x, y, x + 150, y + 150), fill=hue, outline="#4d6b22", width=5)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
