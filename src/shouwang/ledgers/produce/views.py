"""What the pages draw, beyond single queries."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from shouwang.kernel.attachments.queries import attachments_of, content_of
from shouwang.kernel.audit.queries import timeline
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.produce import actions, queries, trade_actions
from shouwang.ledgers.produce.card_words import ON_CARD, withheld
from shouwang.ledgers.produce.codes import URGENCY, urgency, word
from shouwang.ledgers.produce.lifecycle import LOT, ORDER
from shouwang.ledgers.produce.models import Lot, Order
from shouwang.ledgers.produce.policies import EDIT, VIEW
from shouwang.ledgers.produce.quantity import kilograms, value_fen


def lot(found: Lot, scope: Scope, today: dt.date) -> dict[str, Any]:
    """Everything a lot's page shows, and what may be done."""
    row: Any = found
    homes: list[dict[str, Any]] = [{"row": r, "kg": kilograms(r.share)} for r in queries.shares(scope, found)]
    may, whole = scope.may_at(EDIT, found), scope.may_at(VIEW, found)
    rows = list(queries.orders_of(scope, found))
    state = LOT.state_of(found)
    return {
        "lot": found, "product": word("products", found.product, today), "kind": word("sellers", found.seller_kind, today),
        "urgency": URGENCY[urgency(found.product, found.until_on, today)] if found.state == "open" else None, "state": state,
        "left": kilograms(row.left), "unsold": kilograms(found.unsold), "worth": value_fen(max(row.left, 0), found.asked_price),
        "expected": kilograms(found.expected), "harvested": kilograms(found.harvested), "days_left": (found.until_on - today).days,
        "orders": [_order(o, today) for o in rows], "homes": homes, "gone": sum(h["row"].code is None for h in homes), "paid": row.paid, "settled": row.settled,
        "may": may, "open": found.state == "open", "takes": may and found.state == "open" and row.left > 0,
        "close_why": _why_not(found) if may and found.state == "open" else "",
        "pictures": list(attachments_of(found)), "events": timeline(found._meta.label_lower, str(found.pk)) if whole else [], "today": today,
        "named": _named(found) if may and found.state == "open" else [], "whole": whole,
        "sees_contact": whole and scope.sees(VIEW, "contact"), "sees_income": scope.sees(VIEW, "income"),
    }  # fmt: skip


def _why_not(found: Lot) -> str:
    try:
        actions.check_close(found)
    except Refused as no:
        return no.message
    return ""


def _named(found: Lot) -> list[str]:
    """What the card leaves off, a sentence for each field."""
    remedy = {"seller": "卡上改印主体类型。"}
    return [
        f"{ON_CARD[f]}里的“{name}”{whose}，没有印在产品卡上，{remedy.get(f, '请点“更新批次”改写。')}"
        for f, (name, whose) in withheld(found).items()
    ]


def _order(row: Any, today: dt.date) -> dict[str, Any]:
    state = ORDER.state_of(row)
    moves = [(code, move.label) for code, move in ORDER.open_moves(row).items()]
    return {
        "row": row, "state": state, "kg": kilograms(row.grams), "received": kilograms(row.received), "channel": word("channels", row.channel, today),
        "next": next((m for m in moves if m[0] != "cancel"), None), "may_cancel": any(m[0] == "cancel" for m in moves),
        "worth": value_fen(row.received or row.grams or 0, row.price or 0),
        "owed": row.state == "settled" and row.paid < (row.settled or 0),
    }  # fmt: skip


def ordering(found: Lot, today: dt.date) -> tuple[str, str]:
    """(title, what to know) of the form that orders from a lot."""
    row: Any = found
    left = f"剩余 {kilograms(max(row.left, 0)):,.1f} 公斤，意向价 {found.asked_price / 100:,.2f} 元/公斤，最低价 {found.floor_price / 100:,.2f} 元/公斤，"
    words = f"{left}最迟可售日 {found.until_on}。采购方不在列表中的，由市、区（县）扶贫办在“采购方和渠道”登记。"
    return f"登记订单：{word('products', found.product, today)} {found.code}", words


def payment(order: Order, scope: Scope, today: dt.date) -> dict[str, Any]:
    """Who is still to be paid of an order, with the amount by share."""
    due: dict[int, int] = trade_actions.by_share(order)
    rows = queries.shares(scope, order.lot).filter(household__in=due) if order.lot else ()
    return {
        "order": order, "rows": [{"row": r, "kg": kilograms(r.share), "fen": due[r.household_id]} for r in rows],
        "left": (order.settled or 0) - order.paid, "today": today, "product": word("products", order.product, today),  # type: ignore[attr-defined]  # annotated by queries.order
    }  # fmt: skip


def card(found: Lot, today: dt.date) -> dict[str, Any]:
    """A product card to share: picture, price, story, code; nothing of a person. Words that name somebody by now are left off."""
    import base64

    import segno  # drawn on cards only

    picture = attachments_of(found).filter(mime__startswith="image/").order_by("-pk").first()
    row: Any = found
    product, place = (
        word("products", found.product, today),
        "".join(dict.fromkeys(p.name for p in (found.county, found.town, found.region) if p)),
    )
    left = kilograms(max(row.left, 0))
    words = f"{product}｜{place}｜{found.asked_price / 100:.2f}元/公斤｜{left:,.0f}公斤｜批次{found.code}"
    names = withheld(found)
    texts = {f: "" if f in names else getattr(found, f) for f in ON_CARD}
    texts["seller"] = texts["seller"] or word("sellers", found.seller_kind, today)
    image = f"data:{picture.mime};base64,{base64.b64encode(content_of(picture)).decode()}" if picture else ""
    return {
        "lot": found, "product": product, "place": place, "left": left, "picture": image,
        "code_image": segno.make(words, error="m").png_data_uri(scale=4, border=1), "today": today, "texts": texts,
        "left_off": "、".join(ON_CARD[f] for f in names),
    }  # fmt: skip


def matching(scope: Scope, product: str, today: dt.date) -> dict[str, Any]:
    """The best plan, with what was left out and why."""
    plan, found, left = queries.plan(scope, today, product=product)
    rows = [
        {"p": p, "product": word("products", p.lot.product, today), "urgency": URGENCY[p.urgency], "amount": p.kilograms * p.price,
         "price": f"{Decimal(p.price) / 100:.2f}"}
        for p in found
    ]  # fmt: skip
    return {
        "plan": plan, "product": word("products", product, today) if product else "", "today": today, "may": scope.may(EDIT), "rows": rows,
        "left": [{"lot": x, "product": word("products", x.product, today), "why": why} for x, why in left],
        "kilograms": sum(p.kilograms for p in found), "amount": sum(p.kilograms * p.price for p in found),
    }  # fmt: skip


def urgent(scope: Scope, today: dt.date) -> dict[str, Any]:
    """What waits, by product and urgency (kilograms and 分 at the asked price; each cell leads to its lots), and the lots with least time."""
    found = list(queries.worth(queries.waiting(Lot.objects.within(scope), today)).select_related("region").order_by("until_on", "pk"))
    cells: dict[tuple[str, str], list[int]] = {}
    for row in found:
        cell = cells.setdefault((row.product, urgency(row.product, row.until_on, today)), [0, 0, 0])
        for n, value in enumerate((1, row.left, row.worth)):
            cell[n] += value
    rows = []
    for product in sorted({p for p, _u in cells}, key=lambda p: -sum(cells.get((p, u), (0, 0, 0))[2] for u in ("late", "now"))):
        shown = [_urgent_cell(product, code, cells.get((product, code))) for code in URGENCY]
        rows.append({"name": word("products", product, today), "cells": shown})
    totals = [_urgent_cell("", code, [sum(c[n] for (_p, u), c in cells.items() if u == code) for n in range(3)]) for code in URGENCY]
    first = [r for r in found if urgency(r.product, r.until_on, today) in ("late", "now")][:20]
    return {
        "today": today, "rows": rows, "totals": totals, "heads": list(URGENCY.values()),
        "lots": [{"lot": r, "product": word("products", r.product, today), "left": kilograms(r.left), "days": (r.until_on - today).days} for r in first],
    }  # fmt: skip


def _urgent_cell(product: str, code: str, sums: list[int] | None) -> dict[str, Any]:
    n, grams, fen = sums or (0, 0, 0)
    url = f"/produce/?waiting=1&urgency={code}" + (f"&product={product}" if product else "")
    return {"n": n, "kg": kilograms(grams), "fen": fen, "url": url}


def read_payment(said: Any, today: dt.date) -> tuple[dict[int, int], dt.date, str]:
    """({household id: 分}, day, method) of the payment form; raises Refused naming the value that cannot be read."""
    amounts: dict[int, int] = {}
    for name, text in said.items():
        if name.startswith("home_") and name[5:].isdecimal() and text.strip():
            try:
                fen = Decimal(text.strip().replace(",", "")) * 100
            except InvalidOperation:
                fen = Decimal(-1)
            if fen != fen.to_integral_value() or not 0 < fen < 10**12:
                raise Refused(f"金额“{text[:20]}”无效。请填写大于 0、最多两位小数的元数；没有兑付的留空。", field="amount")
            amounts[int(name[5:])] = int(fen)
    try:
        on = dt.date.fromisoformat(said.get("paid_on") or today.isoformat())
    except ValueError:
        raise Refused(f"到账日期“{str(said.get('paid_on'))[:20]}”无效。请按 2020-02-17 的格式填写。", field="paid_on") from None
    return amounts, on, "现金" if said.get("method") == "现金" else "转账"
