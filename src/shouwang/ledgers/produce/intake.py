"""The workbook of backlogs: one row a lot; weights with their unit, 斤 and 吨 converted, mixed ones refused row by row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shouwang.kernel.audit.actions import note
from shouwang.kernel.columns.fields import Field, Line
from shouwang.kernel.columns.sheet import ERROR, NEW, SAME, UPDATE, Bundle, Context, Plan, Sheet, Written
from shouwang.kernel.errors import Refused
from shouwang.kernel.pasted import RowError
from shouwang.kernel.regions.models import Region
from shouwang.ledgers.produce import actions, queries
from shouwang.ledgers.produce.card_words import check_words
from shouwang.ledgers.produce.codes import code_of, words
from shouwang.ledgers.produce.models import Lot
from shouwang.ledgers.produce.policies import EDIT, WITHDRAW_IMPORT
from shouwang.ledgers.produce.quantity import grams_of

REASON = "Excel 导入更新"
TOLD = ("seller_kind", "seller", "site", "area", "heads", "storage", "spec", "quality", "contact", "phone")
WEIGHTS = ("unsold", "expected", "harvested")
CHANGED = ("unsold", "asked_price", "floor_price", "until_on")


def _sellers(on: dt.date) -> Mapping[str, str]:
    return {k: v for k, v in words("sellers", on).items() if k != "outside"}


FIELDS = (
    Field("town", "镇（街道）", required=True, aliases=("镇", "乡镇"), group="所在地"),
    Field("village", "村（社区）", aliases=("村", "行政村"), group="所在地", note="跨几个村的留空"),
    Field("site", "地点", aliases=("存放地点", "产地"), limit=80, group="所在地"),
    Field("product", "品种", required=True, aliases=("产品", "产品名称"), group="产品", example="番石榴"),
    Field("seller_kind", "主体类型", "choice", required=True, choices=_sellers, group="主体"),
    Field("seller", "主体名称", required=True, aliases=("主体", "生产主体"), limit=60, group="主体", note="农户填“××村农户”，不写姓名"),
    Field(
        "unsold",
        "滞销量",
        required=True,
        aliases=("积压量",),
        limit=30,
        group="数量",
        note="写明单位：3000公斤、6000斤、3吨",
        example="3000公斤",
    ),
    Field("unit", "单位", aliases=("计量单位",), limit=6, group="数量", note="滞销量只填数字时必填：公斤、斤、吨", example="公斤"),
    Field("expected", "预计产量", limit=30, group="数量", note="写明单位"),
    Field("harvested", "已采收、库存", aliases=("已采收", "库存"), limit=30, group="数量", note="写明单位"),
    Field("area", "面积", "number", unit="亩", group="数量"),
    Field("heads", "存栏", "whole", unit="只、头", group="数量"),
    Field("asked_price", "意向价", "money", required=True, unit="元/公斤", group="价格"),
    Field("floor_price", "最低价", "money", unit="元/公斤", group="价格", note="不填同意向价"),
    Field("until_on", "最迟可售日", "date", required=True, group="日期"),
    Field("from_on", "上市日期", "date", group="日期", note="不填为今天"),
    Field("cold_chain", "需要冷链", "flag", group="储运"),
    Field("storage", "储存", limit=60, group="储运"),
    Field("spec", "规格", limit=60, group="品质"),
    Field("quality", "品质、认证", limit=80, group="品质"),
    Field("contact", "联系人", "name", limit=40, group="联系"),
    Field("phone", "联系电话", "phone", group="联系"),
)
LABELS = {f.key: f.label for f in FIELDS}


@dataclass
class Row:
    """A row read: its village, the open lot it updates (None = new), and the lot's fields."""

    region: Region | None
    lot: Lot | None
    said: dict[str, Any]


def judge(bundles: Sequence[Bundle], context: Context) -> list[Plan]:
    """One plan a lot."""
    places = {(r.town.name if r.town else "", r.name): r for r in queries.villages(context.by, EDIT)}
    places |= {(r.name, ""): r for r in queries.wider_places(context.by, EDIT)}
    standing = {(x.region_id, x.product, x.seller): x for x in Lot.objects.within(context.by, EDIT).filter(state="open").order_by("pk")}
    return [_plan(bundle, places, standing, context) for bundle in bundles]


def _plan(bundle: Bundle, places: Mapping[Any, Region], standing: Mapping[Any, Lot], context: Context) -> Plan:
    line = bundle.lines[0]
    for other in bundle.lines[1:]:
        _wrong(
            other, "品种", other.values.get("product", ""), f"与第 {line.row} 行是同一主体的同一产品，只能填一行。请合并数量或删去其一。"
        )
    values = line.values
    region = places.get((values.get("town"), values.get("village") or ""))
    if region is None:
        said = f"{values.get('town', '')}{values.get('village', '')}"
        _wrong(
            line,
            LABELS["village"],
            said,
            "没有找到这个村（社区），或不在您的管理范围内。请填写全称，如“海门镇”“和睦居委会”；跨村的由镇（街道）填报。",
        )
    row = Row(region, None, _read(line, context.today))
    if region is not None:
        row.lot = standing.get((region.pk, row.said.get("product"), row.said.get("seller")))
    if not line.errors:
        try:
            actions.check_lot(row.said, context.today)
            if region is not None:
                check_words(row.said, region)
        except Refused as no:
            _wrong(line, LABELS.get(no.field, "滞销量"), row.said.get(no.field, ""), no.message)
    plan = Plan(bundle, {}, label=str(values.get("seller") or ""), load=row)
    changed = [] if row.lot is None else [LABELS[n] for n in CHANGED if row.said.get(n) != getattr(row.lot, n)]
    for each in bundle.lines:
        plan.verdicts[each.row] = ERROR if each.errors else NEW if row.lot is None else UPDATE if changed else SAME
        plan.changes[each.row] = changed
    return plan


def _read(line: Line, today: dt.date) -> dict[str, Any]:
    values = line.values
    said: dict[str, Any] = {k: values[k] for k in TOLD if values.get(k)}
    said["cold_chain"] = bool(values.get("cold_chain"))
    said["until_on"], said["from_on"] = values.get("until_on"), values.get("from_on") or min(today, values.get("until_on") or today)
    said["asked_price"] = values.get("asked_price") or 0
    said["floor_price"] = values.get("floor_price") or said["asked_price"]
    if not said["asked_price"] and not line.errors:
        _wrong(line, LABELS["asked_price"], "0", "应大于 0。请填写每公斤多少元。")
    if (text := values.get("product")) and (code := code_of("products", str(text), today)):
        said["product"] = code
    elif text:
        _wrong(line, LABELS["product"], text, f"产品目录中没有。请改为目录名称：{'、'.join(words('products', today).values())}。")
    for name in (n for n in WEIGHTS if values.get(n)):
        try:
            said[name] = grams_of(str(values[name]), str(values.get("unit") or "") if name == "unsold" else "")
        except ValueError as remedy:
            _wrong(line, LABELS[name], values[name], str(remedy))
    return said


def _wrong(line: Line, label: str, value: Any, said: str) -> None:
    line.errors.append(RowError(line.row, label, str(value), said))


def write(plans: Sequence[Plan], context: Context) -> list[Written]:
    """List or recount, by the same actions as the page."""
    return [_write_one(p, context) for p in plans]


def _write_one(plan: Plan, context: Context) -> Written:
    row: Row = plan.load
    if row.lot is None:
        assert row.region is not None  # noqa: S101 - a sound plan has one
        made = actions.list_lot(row.region, row.said, by=context.by, today=context.today)
        return Written(plan.bundle.key, NEW, made.pk, {"version": made.version})
    before = {n: getattr(row.lot, n) for n in CHANGED} | {"until_on": row.lot.until_on.isoformat()}
    done = actions.recount(row.lot, {n: row.said[n] for n in CHANGED}, REASON, by=context.by, today=context.today)
    return Written(plan.bundle.key, UPDATE, done.pk, {"values": before, "version": done.version})


def withdraw(written: Sequence[Written], context: Context) -> dict[str, str]:
    """Take off the list what was listed, restore what was recounted; what was worked on since stays."""
    return {item.key: _withdraw_one(item, context) for item in written}


def _withdraw_one(item: Written, context: Context) -> str:
    held = Lot.objects.within(context.by, EDIT).filter(pk=item.record_id).first()
    if held is None:
        return "该批次已不存在。"
    if held.version != item.before.get("version") or held.orders.exists() or held.households.exists():
        return "导入后又有订单、涉及户或更新，保持不动。请人工核对。"
    try:
        if item.outcome == UPDATE:
            values = dict(item.before["values"])
            values["until_on"] = dt.date.fromisoformat(values["until_on"])
            actions.recount(held, values, "撤回 Excel 导入", by=context.by, today=context.today)
        else:
            actions.move_lot(held, "withdraw", "撤回 Excel 导入", by=context.by, today=context.today)
            note(held, by=context.by, verb=WITHDRAW_IMPORT, today=context.today, reason="撤回 Excel 导入")
    except Refused as no:
        return no.message
    return ""


def _key(values: Mapping[str, Any]) -> str:
    return "/".join(str(values.get(k) or "") for k in ("town", "village", "product", "seller"))


SHEET = Sheet(
    key="produce.lots",
    title="滞销农产品",
    permission=EDIT,
    version="2020-02",
    fields=FIELDS,
    keys=("town", "village", "product", "seller"),
    bundle=_key,
    judge=judge,
    write=write,
    withdraw=withdraw,
    unit="批",
    help="一行一批；同一村、同一主体、同一产品已在待销的视为更新数量、价格和可售日。",
    list_url="produce_lots",
)
