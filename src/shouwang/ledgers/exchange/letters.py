"""比对函: drafted, sent with a list or without, answered, and the list destroyed."""

from __future__ import annotations

import datetime as dt
import hashlib
from io import BytesIO
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from shouwang.kernel import sheets
from shouwang.kernel.attachments import store
from shouwang.kernel.attachments.models import Attachment
from shouwang.kernel.attachments.queries import attachments_of
from shouwang.kernel.audit.actions import change, note, permit
from shouwang.kernel.clock import demo_date
from shouwang.kernel.errors import Refused
from shouwang.kernel.official import OfficialDocument, Paragraph, write_docx
from shouwang.kernel.regions.scope import LEVEL_FIELDS, Scope
from shouwang.kernel.tables import Column, Table
from shouwang.kernel.worklist import actions as worklist
from shouwang.kernel.worklist.clocks import day_end
from shouwang.ledgers.exchange import policies
from shouwang.ledgers.exchange.lifecycle import LETTER
from shouwang.ledgers.exchange.models import FeedAgreement, Letter
from shouwang.ledgers.registry.codes import in_words
from shouwang.ledgers.registry.models import Member
from shouwang.ledgers.registry.queries import living_now

AUDIENCES = {"registered": "建档立卡户成员", "monitored": "监测对象户成员", "all": "建档立卡户和监测对象户成员"}
ANSWER, DESTROY = "exchange.letter_answer", "exchange.letter_destroy"
LIST = "比对名单"


def draft(agreement: FeedAgreement, said: dict[str, Any], *, by: Scope, today: dt.date) -> Letter:
    """A letter to the department of an agreement by list or inside. Raises Refused for days in the wrong order or a feed that is sent as a file."""
    if agreement.way == FeedAgreement.Way.FILE:
        raise Refused("该数据约定为报送文件，不需要发比对函。要改为发函比对，请先终止原约定再重新约定。")
    if not today <= said["answer_by"] <= said["destroy_by"]:
        raise Refused("反馈期限不能早于今天，销毁期限不能早于反馈期限。请重新填写日期。", field="destroy_by")
    made = Letter(
        agreement=agreement, feed=agreement.feed, office=agreement.office, inside=agreement.way == FeedAgreement.Way.INSIDE,
        drafted_by=by.user_name, **said,
    )  # fmt: skip
    made.put_in(agreement.region)
    made.people = listed(made).count()
    if not made.people:
        raise Refused(f"{made.region.name}没有“{audience(made)}”，名单是空的。请改选名单范围。", field="audience")
    with change(made, by=by, verb=policies.DRAFT_LETTER, today=today) as fresh:
        pass
    return fresh


def audience(letter: Letter) -> str:
    """Whom it asks about, in the words of the day it was sent, else of the day it is to be answered by."""
    return in_words(AUDIENCES[letter.audience], letter.sent_on or letter.answer_by)


def listed(letter: Letter) -> QuerySet[Member]:
    """Whom the letter asks about: living members of its place, by household."""
    place = {LEVEL_FIELDS[letter.region.level]: letter.region_id}
    wanted = {"registered": ~Q(household__registration=""), "monitored": ~Q(household__monitoring="")}
    q = wanted.get(letter.audience, wanted["registered"] | wanted["monitored"])
    rows: QuerySet[Member] = living_now(Member.objects.filter(q, **place)).order_by("household_id", "pk")
    return rows


def document(letter: Letter) -> bytes:
    """The letter as .docx (GB/T 9704)."""
    known, place = letter.agreement.declared, letter.region.name
    what = f"{audience(letter)}共{letter.people}人"
    ask = (
        f"请贵单位在本单位系统内，对{place}{what}的“{known.name}”情况进行内部比对，只反馈比对结果，不需提供原始数据。"
        if letter.inside
        else f"随函附送{place}{what}名单（电子表格，加密传送）。请贵单位与“{known.name}”数据比对，只反馈名单中有记录的人员（命中）及其有关项目，未命中的不需反馈。"
    )
    keep = f"名单仅限本次比对使用，不得复制、转发或留存；请于{letter.destroy_by:%Y年%-m月%-d日}前销毁，并将销毁情况函告我单位。"
    source = letter.office
    body = [
        Paragraph(f"为{letter.purpose}，根据{known.basis}，现商请贵单位协助开展数据比对。"),
        Paragraph(ask),
        Paragraph(f"请于{letter.answer_by:%Y年%-m月%-d日}前反馈比对结果。"),
        *([] if letter.inside else [Paragraph(keep)]),
        Paragraph("专此函达，请予支持。"),
    ]
    lead = _asking_office(letter)
    doc = OfficialDocument(
        title=f"关于商请比对{known.name}数据的函",
        red_head=(lead.red_head or None) if lead else None,
        doc_number=letter.number or None,
        main_recipients=[source.name],
        body=body,
        attachments=[] if letter.inside else [f"{place}{audience(letter)}名单（电子）"],
        signature=[lead.signature or lead.name] if lead else [place],
        date=letter.sent_on,
        notes=(lead.contact_line or None) if lead else None,
        page_mark=None if letter.sent_on else "草稿",
        demo=demo_date() is not None,
    )
    return write_docx(doc)


def _asking_office(letter: Letter) -> Any:
    from shouwang.kernel.accounts.models import Office

    return Office.objects.filter(region_id=letter.region_id, kind=Office.Kind.LEAD).order_by("rank").first()


def send(letter: Letter, *, number: str, by: Scope, today: dt.date) -> Letter:
    """The letter went out: the department owes the answer and, for a list, its destruction."""
    if len(number.strip()) < 4:
        raise Refused("请填写发函的文号，例如“汕扶办函〔2020〕12号”。", field="number")
    with transaction.atomic(), LETTER.advance(letter, "send", by=by, today=today) as locked:
        locked.number, locked.sent_on, locked.people = number.strip()[:60], today, listed(locked).count()
        url = reverse("exchange_letter", args=[locked.pk])
        owed = [(ANSWER, f"反馈{locked.agreement.title}比对结果", "反馈", locked.answer_by)]
        if not locked.inside:
            owed.append((DESTROY, f"销毁{locked.agreement.title}比对名单并回执", "销毁回执", locked.destroy_by))
        for kind, title, action, day in owed:
            worklist.assign(locked, locked.office, kind=kind, title=title, action=action, url=url, due_at=day_end(day), now=timezone.now())
    return locked


def export_list(letter: Letter, *, reason: str, by: Scope, today: dt.date, now: dt.datetime) -> tuple[bytes, str]:
    """The list with whole numbers, as a workbook with watermark; kept sealed with the letter. Raises Refused without a reason, for a letter
    that compares inside, and above the size that needs approval."""
    permit(letter, by=by, verb=policies.EXPORT_LIST, reason=reason)
    if letter.inside:
        raise Refused("该函为部门内部比对，不提供名单。")
    if letter.state not in ("draft", "sent"):
        raise Refused("该函已反馈，名单不再导出。如需再次比对，请重新发函。")
    out = BytesIO()
    with transaction.atomic():
        done = sheets.export(_table(letter), QueryDict(), by, out, now=now, reason=reason)
        content = out.getvalue()
        digest = hashlib.sha256(content).hexdigest()
        store.keep(digest, content)
        Attachment.objects.create(
            ledger=letter._meta.label_lower, record_id=str(letter.pk), role=LIST, name=done.name, mime="application/octet-stream",
            size=len(content), digest=digest, added_by=by.user_name,
        )  # fmt: skip
        note(letter, by=by, verb=policies.EXPORT_LIST, today=today, changes={"人数": done.count, "水印号": done.number}, reason=reason)
    return content, done.name


def _table(letter: Letter) -> Table:
    """The list as an export knows one: the same reason, watermark, size line and audit as everywhere."""
    return Table(
        key="exchange_letter_list",
        title=f"{letter.agreement.title}比对名单",
        base=lambda _scope: listed(letter).select_related("household", "village"),
        permission=policies.MANAGE,
        export_permission=policies.MANAGE,
        unit="人",
        ordering=("household_id", "pk"),
        definition="随比对函送出的名单，仅限函中所列用途，到期销毁。",
        columns=(
            Column("code", "人编号", "code"),
            Column("name", "姓名", "name"),
            Column("id_number", "证件号码", lambda row, _day: row.id_number.reveal() if row.id_number else None),
            Column("village", "村（社区）", "village.name"),
        ),
    )


def answer(letter: Letter, *, said: str, by: Scope, today: dt.date) -> Letter:
    """The department has answered; hits come as a file on the agreement, what was compared inside as words."""
    if len(said.strip()) < 4:
        raise Refused("请写明反馈情况（至少 4 个字，例如“比对 320 人，命中 12 人”）。", field="answer")
    with transaction.atomic(), LETTER.advance(letter, "answer", by=by, today=today) as locked:
        locked.answered_on, locked.answer = today, said.strip()[:300]
        worklist.finish(locked, now=timezone.now(), kind=ANSWER)
    if letter.inside:  # nothing went out that could be destroyed
        return destroy(locked, said="部门内部比对，未提供名单", by=by, today=today)
    return locked


def destroy(letter: Letter, *, said: str, by: Scope, today: dt.date) -> Letter:
    """The department has destroyed the list; ours goes too."""
    if len(said.strip()) < 4:
        raise Refused("请写明销毁的依据（至少 4 个字，例如“来函告知已删除”）。", field="destroy_note")
    with transaction.atomic(), LETTER.advance(letter, "destroy", by=by, today=today) as locked:
        locked.destroyed_on, locked.destroy_note = today, said.strip()[:200]
        attachments_of(locked).filter(role=LIST).delete()
        worklist.finish(locked, now=timezone.now(), kind=DESTROY)
    return locked


def cancel(letter: Letter, *, reason: str, by: Scope, today: dt.date) -> Letter:
    """A draft that is not sent after all."""
    with transaction.atomic(), LETTER.advance(letter, "cancel", by=by, today=today, reason=reason) as locked:
        attachments_of(locked).filter(role=LIST).delete()
    return locked
