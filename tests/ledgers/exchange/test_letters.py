"""比对函: drafted, list out, answered, destroyed; compared inside; nothing in plain on the disk."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from shouwang.kernel.attachments.queries import attachments_of
from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.exchange import letters
from tests.factories.exchange import TODAY, make_agreement
from tests.factories.workbooks import read
from tests.ledgers.exchange.conftest import CHILD, ID

SAID = {"purpose": "做好防止返贫监测", "audience": "registered", "answer_by": dt.date(2020, 2, 27), "destroy_by": dt.date(2020, 3, 18)}
NOW = dt.datetime(2020, 2, 17, 9, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def listed(city, bureau):
    return make_agreement(city.at("440513"), bureau, "vehicles", way="list")


@pytest.fixture
def letter(listed, people, clerk):  # noqa: ARG001 - somebody to list
    return letters.draft(listed, SAID, by=clerk, today=TODAY)


def open_items() -> set[str]:
    return set(WorkItem.objects.filter(state="open").values_list("kind", flat=True))


def test_the_list_goes_out_with_a_reason_and_whole_numbers_and_is_kept_sealed(letter, clerk, home):
    with pytest.raises(Refused, match="理由"):
        letters.export_list(letter, reason="", by=clerk, today=TODAY, now=NOW)
    content, name = letters.export_list(letter, reason="随函送公安局比对", by=clerk, today=TODAY, now=NOW)
    sheet = read(content).sheets["数据"]
    assert {r[2] for r in sheet.rows[1:]} == {ID, CHILD} and "林经办" in sheet.header
    assert letter.people == 2 and name.endswith(".xlsx")
    assert not any(ID.encode() in p.read_bytes() for p in home.rglob("*") if p.is_file())
    assert Event.objects.filter(verb="exchange.letter.list").get().reason == "随函送公安局比对"


def test_a_letter_goes_its_way_until_the_list_is_destroyed(letter, clerk):
    letters.export_list(letter, reason="随函送公安局比对", by=clerk, today=TODAY, now=NOW)
    letters.send(letter, number="汕潮扶函〔2020〕3号", by=clerk, today=TODAY)
    assert open_items() == {"exchange.letter_answer", "exchange.letter_destroy"}
    sent = letters.answer(letter, said="比对 2 人，命中 1 人", by=clerk, today=TODAY)
    assert (sent.state, open_items()) == ("answered", {"exchange.letter_destroy"})
    with pytest.raises(Refused, match="不再导出"):
        letters.export_list(sent, reason="再要一份", by=clerk, today=TODAY, now=NOW)
    done = letters.destroy(sent, said="来函告知已删除", by=clerk, today=TODAY)
    assert (done.state, done.destroyed_on, open_items(), attachments_of(done).count()) == ("closed", TODAY, set(), 0)


@pytest.mark.usefixtures("people")
def test_compared_inside_the_department_is_recorded_as_such(city, bureau, clerk):
    inside = make_agreement(city.at("440513"), bureau, "property", way="inside")
    made = letters.draft(inside, SAID, by=clerk, today=TODAY)
    with pytest.raises(Refused, match="内部比对"):
        letters.export_list(made, reason="随函送", by=clerk, today=TODAY, now=NOW)
    letters.send(made, number="汕潮扶函〔2020〕4号", by=clerk, today=TODAY)
    assert open_items() == {"exchange.letter_answer"}
    done = letters.answer(made, said="内部比对 2 人，无商品房", by=clerk, today=TODAY)
    assert (done.state, done.inside, done.destroy_note) == ("closed", True, "部门内部比对，未提供名单")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"answer_by": dt.date(2020, 2, 1)}, "不能早于今天"),
        ({"destroy_by": dt.date(2020, 2, 20)}, "不能早于反馈期限"),
        ({"audience": "monitored"}, "名单是空的"),
    ],
)
@pytest.mark.usefixtures("people")
def test_a_letter_that_makes_no_sense_is_refused(listed, clerk, changed, words):
    with pytest.raises(Refused, match=words):
        letters.draft(listed, SAID | changed, by=clerk, today=TODAY)


@pytest.mark.usefixtures("people")
def test_a_feed_that_is_sent_as_a_file_needs_no_letter_and_a_department_writes_none(medical, listed, clerk, sender):
    with pytest.raises(Refused, match="不需要发比对函"):
        letters.draft(medical, SAID, by=clerk, today=TODAY)
    with pytest.raises(NotPermitted):
        letters.draft(listed, SAID, by=sender, today=TODAY)


def test_the_document_says_who_asks_whom_for_what_until_when(letter, clerk):
    import io

    import docx

    letters.send(letter, number="汕潮扶函〔2020〕3号", by=clerk, today=TODAY)
    letter.refresh_from_db()
    text = "\n".join(p.text for p in docx.Document(io.BytesIO(letters.document(letter))).paragraphs)
    for words in ("关于商请比对机动车数据的函", "潮阳区医疗保障局", "2020年2月27日前反馈", "2020年3月18日前销毁", "共2人"):
        assert words in text
