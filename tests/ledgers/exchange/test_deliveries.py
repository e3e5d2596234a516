"""A department's file on its way: pre-check, confirm, lake, the same file again, withdrawal, and files that are wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.jobs.worker import Worker
from shouwang.ledgers.exchange import actions, intake, lake, queries
from shouwang.ledgers.exchange.models import Delivery, FeedAgreement, MatchQuestion
from tests.factories.accounts import make_user, sign_in
from tests.factories.exchange import JANUARY, TODAY
from tests.ledgers.exchange.conftest import CHILD, HEAD, ID, OTHER, STRANGER, checked, row, sheet, taken_in, work


def lake_rows(feed: str = "medical_settlement", county: str = "440513", period: dt.date = JANUARY) -> list[dict[str, Any]]:
    return [r for f in lake.partitions(feed, [county], period, period) for r in pq.read_table(f).to_pylist()]


def counts(found: Delivery) -> dict[str, int]:
    names = ("rows", "exact_rows", "points_rows", "model_rows", "person_rows", "same_rows", "open_rows", "unknown_rows", "error_rows")
    return {n.removesuffix("_rows"): getattr(found, n) for n in names if getattr(found, n)}


@pytest.mark.usefixtures("people")
class TestTheWay:
    def test_a_check_counts_and_writes_nothing(self, medical, sender):
        found = checked(
            medical,
            sender,
            sheet(
                row(),
                row(身份证号码=STRANGER, 患者姓名="黄外人"),
                row(身份证号码="", 患者姓名=""),
                row(身份证号码=OTHER[:17], 患者姓名="林志强"),
            ),
        )
        assert (found.state, counts(found)) == ("checked", {"rows": 4, "exact": 1, "points": 1, "unknown": 1, "error": 1})
        assert not lake.root().exists() and not MatchQuestion.objects.exists()
        assert [f.faults[0][0] for f in found.faults.all()] == ["证件号码、姓名"]

    def test_rows_come_into_the_lake_under_keys_with_money_in_fen(self, medical, sender, people):
        taken_in(medical, sender, sheet(row(), row(身份证号码=OTHER, 患者姓名="林志强", 总费用="80", 个人自付="20.5", 医疗类别="门诊")))
        rows = {r["person"]: r for r in lake_rows()}
        assert set(rows) == {people["zeng"].lake_key, people["lin"].lake_key}
        one = rows[people["zeng"].lake_key]
        assert (one["household"], one["day"], one["kind"], one["total_fen"], one["own_fen"], one["insured_fen"], one["way"]) == (
            people["zeng"].household.lake_key, dt.date(2020, 1, 15), "inpatient", 1_200_050, 300_000, None, "exact",
        )  # fmt: skip

    def test_the_page_takes_a_file_larger_than_an_attachment_may_be(self, medical, bureau, settings):
        settings.SHOUWANG_UPLOAD_LIMIT = 1024
        client = sign_in(Client(), make_user("office", bureau, "department_clerk"))
        said = {"period": "2020-01", "file": sheet(*[row(序号=str(n)) for n in range(40)])}
        assert said["file"].size > 2 * 1024
        answer = client.post(f"/exchange/agreements/{medical.pk}/send/", said)
        assert answer.status_code == 302, answer.content.decode()
        assert Delivery.objects.get().name == "一月结算.csv"

    def test_the_same_file_is_refused_and_the_same_rows_change_nothing(self, medical, sender):
        taken_in(medical, sender, sheet(row(), row()))
        assert len(lake_rows()) == 2
        with pytest.raises(Refused, match="同一文件已于 2020-02-17 报送过"):
            actions.upload(medical, sheet(row(), row()), period=JANUARY, by=sender, today=TODAY)
        again = taken_in(medical, sender, sheet(row(序号="9"), row(), row(身份证号码=OTHER, 患者姓名="林志强"), name="再报.csv"))
        assert (again.same_rows, len(lake_rows())) == (2, 3)

    def test_a_withdrawn_file_leaves_with_all_its_effects_and_others_keep_what_both_said(
        self, medical, sender, django_capture_on_commit_callbacks
    ):
        wrong = taken_in(medical, sender, sheet(row(), row(身份证号码=OTHER, 患者姓名="林志强")))
        taken_in(medical, sender, sheet(row(序号="2"), name="改正.csv"))
        with pytest.raises(Refused, match="理由"):
            actions.withdraw(wrong, reason="", by=sender, today=TODAY)
        with django_capture_on_commit_callbacks(execute=True):
            actions.withdraw(wrong, reason="报错了文件", by=sender, today=TODAY)
        work()
        assert len(lake_rows()) == 1
        assert not lake.deliveries(wrong.pk).exists()

    def test_the_last_withdrawn_file_leaves_no_partition(self, medical, sender, django_capture_on_commit_callbacks):
        wrong = taken_in(medical, sender, sheet(row()))
        with django_capture_on_commit_callbacks(execute=True):
            actions.withdraw(wrong, reason="报错了文件", by=sender, today=TODAY)
        work()
        assert lake.partitions("medical_settlement", ["440513"], JANUARY, JANUARY) == []

    def test_a_killed_intake_goes_on_without_losing_or_doubling_a_row(self, medical, sender, monkeypatch):
        monkeypatch.setattr(intake, "PIECE", 2)
        made = checked(medical, sender, sheet(*(row(结算日期=f"2020-01-{d:02}") for d in range(1, 8))))
        actions.confirm(made, by=sender, today=TODAY, version=made.version)
        real, calls = lake.write_part, []

        def dying(*args: Any) -> None:
            real(*args)
            calls.append(args)
            if len(calls) == 2:
                raise OSError("killed")

        monkeypatch.setattr(lake, "write_part", dying)
        Worker().step(timezone.now())
        made.refresh_from_db()
        assert made.state == "writing"
        from shouwang.kernel.jobs.models import Job

        Job.objects.filter(kind="exchange.write").update(run_after=timezone.now() - dt.timedelta(1))
        work()
        made.refresh_from_db()
        assert (made.state, made.exact_rows, len(lake_rows())) == ("done", 7, 7)

    def test_a_department_sends_its_own_feeds_only(self, medical, city):
        from shouwang.kernel.accounts.queries import scope_of

        other = scope_of(make_user("other", city.offices["440513-nyj"], "department_clerk"), TODAY)
        with pytest.raises(NotPermitted):
            actions.upload(medical, sheet(row()), period=JANUARY, by=other, today=TODAY)
        assert queries.deliveries(other).count() == 0

    def test_nothing_to_report_is_not_the_same_as_no_report(self, medical, sender):
        made = actions.report_nothing(medical, period=JANUARY, by=sender, today=TODAY)
        assert (made.state, made.rows, queries.freshness(sender, TODAY)[0].last_period) == ("done", 0, JANUARY)

    @pytest.mark.usefixtures("clerk")
    def test_the_reject_file_goes_back_with_the_reasons(self, medical, sender):
        found = checked(medical, sender, sheet(row(), row(总费用="一万"), row(医疗类别="整容")))
        content = actions.rejects(found, by=sender, today=TODAY)
        from tests.factories.workbooks import read

        text = str([s.rows for s in read(content).sheets.values()])
        assert "不是数字" in text and "不在可选值内" in text


@pytest.mark.usefixtures("people")
class TestFilesThatAreOtherwise:
    @pytest.mark.usefixtures("people")
    def test_gb18030_any_order_old_numbers_and_a_title_above(self, medical, sender):
        head = ["个人自付费用", "身份证", "总金额", "就诊类型", "姓名"]
        rows = [["潮阳区一月医保结算", "", "", "", ""], head, ["100", ID[:6] + ID[8:17], "500", "住院", "曾样板"]]
        found = taken_in(medical, sender, sheet(*rows[1:], head=rows[0], encoding="gb18030"))
        assert counts(found) == {"rows": 1, "exact": 1}
        assert lake_rows()[0]["day"] == dt.date(2020, 1, 31)

    def test_numbers_as_text_and_ids_as_numbers(self, medical, sender):
        from io import BytesIO

        import xlsxwriter

        out = BytesIO()
        with xlsxwriter.Workbook(out) as book:
            page = book.add_worksheet()
            page.merge_range(0, 0, 0, 1, "患者")
            page.merge_range(0, 2, 0, 4, "费用")
            for n, words in enumerate(("姓名", "身份证号码", "医疗类别", "总费用", "个人自付")):
                page.write(1, n, words)
            page.write_row(2, 0, ["曾样板", ID, "住院", "1200.00", "￥"])
            page.write_row(3, 0, ["曾样板", 440513197001010010, "住院", 1200, 300])
            page.write_row(4, 0, ["曾样板", ID, "住院", "1200.00", "300"])
        found = checked(medical, sender, SimpleUploadedFile("结算.xlsx", out.getvalue()))
        said = {f.row: f.faults[0] for f in found.faults.all()}
        assert counts(found) == {"rows": 3, "exact": 1, "error": 2}
        assert "文本" in said[4][2] and said[3][0] == "个人自付"

    def test_another_years_file_is_refused_as_a_whole_with_the_year(self, medical, sender):
        found = checked(medical, sender, sheet(*(row(结算日期=f"2019-01-{d:02}") for d in range(1, 9))))
        assert found.state == "unread"
        assert "8 行中有 8 行的日期不在报送期 2020-01 内（多为 2019 年）" in found.notes[0]

    def test_one_row_of_another_year_is_one_wrong_row(self, medical, sender):
        found = checked(medical, sender, sheet(row(), row(结算日期="2019-01-15")))
        assert (found.state, counts(found)) == ("checked", {"rows": 2, "exact": 1, "error": 1}), found.notes

    @pytest.mark.parametrize(
        ("rows", "words"),
        [([], "表头下没有数据"), ([["", "", "", "", "", "", ""]], "表头下没有数据")],
    )
    def test_an_empty_file_is_told_from_a_zero_report(self, medical, sender, rows, words):
        found = checked(medical, sender, sheet(*rows))
        assert found.state == "unread" and words in found.notes[0] and "本期无数据" in found.notes[0]

    def test_unknown_headers_are_assigned_once_and_remembered_for_the_sender(self, medical, sender):
        head = ["甲", "乙", "丙", "丁", "戊"]
        found = checked(medical, sender, sheet(["曾样板", ID, "住院", "500", "100"], head=head))
        assert found.state == "unread" and "没有找到" in found.notes[0]
        columns = dict(zip(head, ["name", "id_number", "kind", "total_fen", "own_fen"], strict=True))
        actions.save_mapping(found, columns, by=sender, today=TODAY, version=found.version)
        work()
        found.refresh_from_db()
        assert (found.state, counts(found)) == ("checked", {"rows": 1, "exact": 1})
        again = checked(medical, sender, sheet(["林志强", OTHER, "门诊", "50", "10"], head=head, name="二.csv"))
        assert again.state == "checked"

    def test_a_file_of_a_million_rows_is_refused_in_words(self, medical, sender, monkeypatch):
        from dataclasses import replace

        from shouwang.ledgers.exchange import reading

        monkeypatch.setattr(reading, "ROWS_AT_MOST", 3)
        found = checked(medical, sender, sheet(*(row() for _ in range(5))))
        assert found.state == "unread" and "5 行，超过 3 行的上限" in found.notes[0]
        monkeypatch.setattr(reading, "FILE_LIMITS", replace(reading.FILE_LIMITS, rows=4))
        found = checked(medical, sender, sheet(*(row() for _ in range(6)), name="更大.csv"))
        assert found.state == "unread" and "分成几个文件" in found.notes[0]

    def test_a_hostile_workbook_is_refused_and_nothing_dies(self, medical, sender):
        found = checked(medical, sender, SimpleUploadedFile("坏.xlsx", b"PK\x03\x04" + b"\0" * 200))
        assert found.state == "unread" and "无法打开" in found.notes[0]

    @pytest.mark.parametrize(
        ("period", "words"),
        [(dt.date(2021, 1, 1), "还没有到"), (dt.date(2016, 1, 1), "保存期限")],
    )
    def test_a_period_to_come_or_past_its_term_is_refused(self, medical, sender, period, words):
        with pytest.raises(Refused, match=words):
            actions.upload(medical, sheet(row()), period=period, by=sender, today=TODAY)

    @pytest.mark.parametrize("said", ["￥3，000", "¥ 3,000.00", "3000元", "3,000.00 元"])
    def test_money_written_as_people_write_it_is_read(self, medical, sender, said):
        taken_in(medical, sender, sheet(row(个人自付=said)))
        assert lake_rows()[0]["own_fen"] == 300_000

    @pytest.mark.parametrize(("content", "words"), [(b"%PDF-1.4 \n", "文件是 PDF"), (b"\x89PNG\r\n\x1a\n", "文件是图片")])
    def test_a_file_renamed_to_a_workbook_is_told_for_what_it_is(self, medical, sender, content, words):
        found = checked(medical, sender, SimpleUploadedFile("结算.xlsx", content))
        assert found.state == "unread" and words in found.notes[0]

    def test_a_corrected_file_sent_whole_is_told_that_the_rows_it_corrects_stay(self, medical, sender):
        taken_in(medical, sender, sheet(row(), row(身份证号码=OTHER, 患者姓名="林志强")))
        found = checked(medical, sender, sheet(row(), row(身份证号码=OTHER, 患者姓名="林志强", 个人自付="1"), name="更正.csv"))
        assert (
            "1 行与本期已入库的相同，1 行是新的。本文件若是更正后的整份，请先撤回 2020-02-17 报送的“一月结算.csv”再确认" in found.notes[-1]
        )
        assert not [n for n in checked(medical, sender, sheet(row(个人自付="2"), name="补报.csv")).notes if "撤回" in n]


@pytest.fixture
def desk(bureau) -> Client:
    """The bureau's clerk at the page."""
    return sign_in(Client(), make_user("office", bureau, "department_clerk"))


@pytest.mark.usefixtures("people")
class TestThePage:
    def test_where_no_row_can_be_taken_in_another_file_is_offered_and_no_confirmation(self, medical, sender, desk):
        found = checked(medical, sender, sheet(row(总费用="五千")))
        page = desk.get(f"/exchange/deliveries/{found.pk}/").content.decode()
        assert ("确认入库" in page, "换一个文件" in page, "本期仍算没有报送" in page) == (False, True, True)

    def test_what_is_asked_again_while_work_goes_on_brings_the_state_along(self, medical, sender, desk):
        found = checked(medical, sender, sheet(row()))
        part = desk.get(f"/exchange/deliveries/{found.pk}/", headers={"hx-request": "true", "hx-target": "delivery"}).content.decode()
        assert part.startswith('<div id="delivery"') and "待确认" in part.split("</h1>")[0]

    def test_a_file_that_cannot_be_checked_can_be_given_up(self, medical, sender, desk):
        found = checked(medical, sender, sheet())
        assert f"/exchange/deliveries/{found.pk}/discard/" in desk.get(f"/exchange/deliveries/{found.pk}/").content.decode()
        desk.post(f"/exchange/deliveries/{found.pk}/discard/")
        found.refresh_from_db()
        assert found.state == "discarded"


def test_a_households_feed_names_no_person_in_the_lake(city, people, sender, bureau):
    from tests.factories.exchange import make_agreement

    aid = make_agreement(city.at("440513"), bureau, "social_aid")
    taken_in(aid, sender, sheet(["曾样板", ID, "农村低保", "新纳入", "600"], head=["姓名", "身份证号", "救助类别", "变动类型", "救助金额"]))
    found = lake_rows("social_aid")
    assert [(r["person"], r["household"], r["kind"], r["event"], r["amount_fen"]) for r in found] == [
        (None, people["zeng"].household.lake_key, "dibao", "start", 60_000)
    ]


def test_the_source_rows_of_a_household_are_shown_to_who_sees_it_and_say_how_they_were_tied(people, medical, sender, clerk, city):
    from shouwang.kernel.accounts.queries import scope_of
    from shouwang.kernel.errors import OutOfScope

    made = taken_in(medical, sender, sheet(row(), row(身份证号码=CHILD, 患者姓名="曾小宝")))
    found = queries.source_rows(clerk, people["zeng"].household, dt.date(2019, 1, 1), TODAY)
    rows = found[0][1]
    assert [(r.member, r.way, r.delivery) for r in rows] == [
        (people["zeng"].code, "证件号码一致", made.pk), (people["child"].code, "证件号码一致", made.pk),
    ]  # fmt: skip
    assert ("个人自付", "3,000.00 元") in rows[0].said and ("政策范围内费用", "--") in rows[0].said
    other = scope_of(make_user("far", city.offices["440514-fpb"], "office_clerk"), TODAY)
    with pytest.raises(OutOfScope):
        queries.source_rows(other, people["zeng"].household, dt.date(2019, 1, 1), TODAY)


def test_the_household_s_page_leads_to_what_departments_sent_only_for_who_may_see_it(people, medical, sender, city, client):
    from tests.factories.accounts import make_user, sign_in

    taken_in(medical, sender, sheet(row()))
    home = people["zeng"].household
    page, sources = f"/registry/{home.pk}/", f"/exchange/households/{home.pk}/"
    sign_in(client, make_user("officer", city.offices["440513100001-cwh"], "village_officer"))
    shown = client.get(page).content.decode()
    assert sources in shown and "医保结算" in shown and "2020-01" in shown
    assert "证件号码一致" in client.get(sources).content.decode()
    sign_in(client, make_user("sponsor", city.offices["440513100001-cwh"], "sponsor_unit"))
    shown = client.get(page).content.decode()
    assert home.code in shown and sources not in shown
    assert "证件号码一致" not in client.get(sources).content.decode()  # health, which this role does not see in the file either


def test_agreements_are_one_a_feed_and_end_with_a_reason(city, clerk, bureau, medical):
    with pytest.raises(Refused, match="已有报送约定"):
        actions.agree("medical_settlement", office=bureau, region=city.at("440513"), way="file", note_said="", by=clerk, today=TODAY)
    actions.end_agreement(medical, reason="改由市局统一提供", by=clerk, today=TODAY)
    made = actions.agree("medical_settlement", office=bureau, region=city.at("440513"), way="list", note_said="", by=clerk, today=TODAY)
    assert FeedAgreement.objects.filter(until=None).get() == made
    assert len(HEAD) == 7
