"""Another system's export held against ours: matched, compared, decided, closed by a later export; ours never changes."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from shouwang.kernel.accounts.models import User
from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.clock import DEMO_DATE
from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.jobs.worker import Worker
from shouwang.kernel.models import Setting
from shouwang.ledgers.registry.models import Difference, Household, Member, Reconciliation
from shouwang.ledgers.registry.reconcile import actions, comparing, reading
from tests.factories.accounts import City, make_user, sign_in
from tests.factories.registry import TODAY, add_member, add_status, make_household

HEAD = ["户编号", "户主", "村（社区）", "脱贫属性", "致贫原因", "姓名", "身份证号", "与户主关系", "健康状况", "联系电话"]
ID, OTHER, THIRD = "44051319700101001X", "440513196502010027", "440513200001010035"


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path, db: None) -> Iterator[None]:  # noqa: ARG001 - opens the database
    settings.SHOUWANG_HOME = settings.STATIC_ROOT = tmp_path
    Setting.objects.create(key=DEMO_DATE, value=TODAY.isoformat())
    yield


@pytest.fixture
def clerk(city: City) -> User:
    return make_user("clerk", city.offices["440513-fpb"], "office_clerk")


@pytest.fixture
def household(city: City) -> Household:
    made = make_household(city.at("440513100001"), code="4405130001", head_name="陈样板", main_cause="illness")
    add_status(made, standing="poor")
    add_member(made, id_number=ID, phone="15400000001", health="chronic")
    return made


def row(**kw: str) -> list[str]:
    """A row that agrees with the fixture's household."""
    agreed = {
        "户编号": "4405130001", "户主": "陈样板", "村（社区）": "和睦居委会", "脱贫属性": "未脱贫", "致贫原因": "因病", "姓名": "陈样板",
        "身份证号": ID, "与户主关系": "户主", "健康状况": "长期慢性病", "联系电话": "15400000001",
    }  # fmt: skip
    return [(agreed | kw)[h] for h in HEAD]


def export(*rows: list[str], head: list[str] = HEAD, name: str = "省系统导出.csv") -> SimpleUploadedFile:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return SimpleUploadedFile(name, out.getvalue().encode(), content_type="text/csv")


def upload(clerk: User, file: SimpleUploadedFile, **kw: Any) -> Reconciliation:
    by = scope_of(clerk, TODAY)
    said = {"system": "province", "taken_on": TODAY, "region": clerk.office.region, **kw}
    return actions.upload(file, **said, by=by, today=TODAY)


def compare(clerk: User, *rows: list[str], **kw: Any) -> Reconciliation:
    """The whole way: upload, columns as found, job."""
    made = upload(clerk, export(*rows), **kw)
    actions.start(made, {}, by=scope_of(clerk, TODAY), today=TODAY)
    assert Worker().step(timezone.now())
    assert Job.objects.latest("pk").state == "done", Job.objects.latest("pk").message
    made.refresh_from_db()
    return made


def open_ones() -> set[tuple[str, str, str, str, str]]:
    rows = Difference.objects.exclude(state="closed")
    return set(rows.values_list("kind", "column", "ours", "theirs", "where"))


@pytest.mark.usefixtures("household")
class TestComparing:
    def test_what_agrees_makes_no_difference(self, clerk: User) -> None:
        made = compare(clerk, row())
        assert open_ones() == set()
        assert made.state == "done"
        wanted = {"rows": 1, "homes": 1, "matched": 1, "only_ours": 0, "only_theirs": 0, "closed": 0, "unreadable": 0, "open": 0}
        assert made.counts == wanted

    @pytest.mark.parametrize(
        ("change", "wanted"),
        [
            ({"脱贫属性": "已脱贫"}, ("field", "registration", "未脱贫", "已脱贫", "theirs")),
            ({"致贫原因": "因残"}, ("field", "main_cause", "因病", "因残", "both")),
            ({"健康状况": "健康"}, ("field", "health", "长期慢性病", "健康", "both")),
            ({"联系电话": "15400000009"}, ("field", "phone", "154****0001", "154****0009", "theirs")),
            ({"联系电话": "15499990001"}, ("field", "phone", "154****0001", "154****0001（遮盖部分不同）", "theirs")),
            ({"户主": "陈样本", "姓名": "陈样板"}, ("field", "head_name", "陈**", "陈**（遮盖部分不同）", "both")),
        ],
    )
    def test_a_field_that_differs_is_listed_masked_with_where_it_is_corrected(
        self, clerk: User, change: dict[str, str], wanted: tuple[str, ...]
    ) -> None:
        before = (Household.objects.values().get(), Member.objects.exclude(pk=0).values("name", "health", "version").get())
        compare(clerk, row(**change))
        assert open_ones() == {wanted}
        assert before == (Household.objects.values().get(), Member.objects.exclude(pk=0).values("name", "health", "version").get())

    def test_empty_cells_of_theirs_are_not_compared(self, clerk: User) -> None:
        compare(clerk, row(致贫原因="", 健康状况="", 联系电话=""))
        assert open_ones() == set()

    def test_only_ours_and_only_theirs_households_and_people(self, city: City, clerk: User, household: Household) -> None:
        add_member(household, name="陈样女", relation="daughter", sex="female", birth_date=dt.date(2009, 3, 2))
        lost = make_household(city.at("440513100001"), code="4405130009", head_name="林失落")
        add_status(lost)
        make_household(city.at("440513100001"), code="4405130010")  # ordinary: theirs need not have it
        add_status(make_household(city.at("440514101201"), code="4405140001"))  # another district
        compare(
            clerk,
            row(),
            row(姓名="陈新人", 身份证号=THIRD, 与户主关系="之子"),
            row(户编号="4405139999", 户主="吴他方", 姓名="吴他方", 身份证号=OTHER),
        )
        assert {(k, o, t, w) for k, _c, o, t, w in open_ones()} == {
            ("only_ours", "成员 陈**（2009）", "", "theirs"),
            ("only_theirs", "", "成员 陈**（2000）", "ours"),
            ("only_ours", "4405130009 林**户", "", "theirs"),
            ("only_theirs", "", "4405139999 吴**户　和睦居委会，文件第 4 行", "ours"),
        }

    def test_a_household_under_another_number_is_found_by_id_and_by_name_and_birth(self, clerk: User) -> None:
        assert compare(clerk, row(户编号="X1")).counts["matched"] == 1
        without = row(户编号="X2", 身份证号="")
        assert compare(clerk, without).counts["matched"] == 0  # a name alone is not enough
        head = [*HEAD, "出生日期"]
        made = upload(clerk, export([*without, "1970-01-01"], head=head))
        actions.start(made, {}, by=scope_of(clerk, TODAY), today=TODAY)
        Worker().step(timezone.now())
        made.refresh_from_db()
        assert made.counts["matched"] == 1

    def test_nothing_stored_carries_a_whole_number_or_name(self, clerk: User) -> None:
        compare(clerk, row(身份证号=OTHER, 联系电话="15400000009"), row(户编号="4405139999", 户主="吴他方", 姓名="吴他方", 身份证号=THIRD))
        text = str(list(Difference.objects.values()))
        for secret in (ID, OTHER, THIRD, "15400000009", "吴他方", "陈样板"):
            assert secret not in text

    def test_a_household_of_theirs_lies_in_the_village_its_row_names(self, city: City, clerk: User) -> None:
        compare(
            clerk,
            row(),
            row(户编号="4405139999", 户主="吴他方", 姓名="吴他方", 身份证号=OTHER),
            row(户编号="4405139998", **{"村（社区）": "无名村"}),
        )
        places = dict(Difference.objects.filter(kind="only_theirs", ours="", member=None).values_list("about", "region__code"))
        assert places["4405139999 吴**户"] == city.at("440513100001").code
        assert {c for a, c in places.items() if a.startswith("4405139998")} <= {clerk.office.region.code}


@pytest.mark.usefixtures("household")
class TestLaterExports:
    def test_what_agrees_later_is_closed_and_what_stays_is_not_doubled(self, clerk: User) -> None:
        compare(clerk, row(健康状况="健康", 致贫原因="因残"))
        assert Difference.objects.count() == 2
        made = compare(clerk, row(致贫原因="因残"))
        assert made.counts["closed"] == 1
        assert set(Difference.objects.values_list("column", "state", "closed_on")) == {
            ("main_cause", "open", None),
            ("health", "closed", TODAY),
        }
        compare(clerk, row(致贫原因="因残", 健康状况="健康"))
        assert Difference.objects.filter(column="health").count() == 2
        assert Difference.objects.exclude(state="closed").count() == 2

    def test_a_decision_and_its_note_survive_until_it_agrees(self, clerk: User) -> None:
        compare(clerk, row(健康状况="健康"))
        found = Difference.objects.get()
        actions.decide(found, "ours", note="已看病历，我方有误", by=scope_of(clerk, TODAY), today=TODAY)
        compare(clerk, row(健康状况="患有大病"))
        found.refresh_from_db()
        assert (found.state, found.where, found.note, found.theirs) == ("decided", "ours", "已看病历，我方有误", "患有大病")
        compare(clerk, row())
        found.refresh_from_db()
        assert found.state == "closed"
        with pytest.raises(Refused, match="已一致"):
            actions.decide(found, "theirs", note="", by=scope_of(clerk, TODAY), today=TODAY)

    def test_an_export_without_the_column_or_of_another_system_closes_nothing(self, clerk: User) -> None:
        compare(clerk, row(健康状况="健康"))
        head = [h for h in HEAD if h != "健康状况"]
        made = upload(clerk, export([c for h, c in zip(HEAD, row(), strict=True) if h != "健康状况"], head=head))
        actions.start(made, {}, by=scope_of(clerk, TODAY), today=TODAY)
        Worker().step(timezone.now())
        compare(clerk, row(), system="national")
        assert Difference.objects.get().state == "open"

    def test_a_household_entered_here_closes_only_theirs(self, city: City, clerk: User) -> None:
        theirs = row(户编号="4405139999", 户主="吴他方", 姓名="吴他方", 身份证号=OTHER, 致贫原因="", 健康状况="", 联系电话="")
        compare(clerk, row(), theirs)
        assert Difference.objects.get().kind == "only_theirs"
        made = make_household(city.at("440513100001"), code="4405139999", head_name="吴他方")
        add_status(made)
        add_member(made, id_number=OTHER)
        compare(clerk, row(), theirs)
        assert open_ones() == set()


@pytest.mark.usefixtures("household")
class TestReading:
    def test_columns_named_once_are_named_again_for_the_same_header(self, clerk: User) -> None:
        head = ["家庭代码", "户主", "成员", "病情"]
        file = ["4405130001", "陈样板", "陈样板", "健康"]
        made = upload(clerk, export(file, head=head))
        with pytest.raises(Refused, match="没有户编号列"):
            actions.start(made, {}, by=scope_of(clerk, TODAY), today=TODAY)
        named = {"家庭代码": "code", "成员": "name", "病情": "health"}
        actions.start(made, named, by=scope_of(clerk, TODAY), today=TODAY)
        Worker().step(timezone.now())
        assert [d.column for d in Difference.objects.all()] == ["health"]
        again = upload(clerk, export(file, head=head))
        assert again.mapping == named

    def test_a_cell_nobody_can_read_is_named_and_left_out(self, clerk: User) -> None:
        made = compare(clerk, row(健康状况="欠佳"))
        assert made.counts["unreadable"] == 1
        assert made.problems[0].startswith("第 2 行“健康状况”：不在可选值内")
        assert open_ones() == set()

    @pytest.mark.parametrize(
        ("file", "words"),
        [
            (SimpleUploadedFile("空.csv", b" "), "是空的"),
            (SimpleUploadedFile("字.csv", "一句话".encode()), "没有找到表头"),
        ],
    )
    def test_a_file_without_rows_or_header_is_refused_in_words(self, clerk: User, file: Any, words: str) -> None:
        with pytest.raises(Refused, match=words):
            upload(clerk, file)
        assert not Reconciliation.objects.exists()

    def test_a_day_to_come_is_refused(self, clerk: User) -> None:
        with pytest.raises(Refused, match="晚于今天"):
            upload(clerk, export(row()), taken_on=TODAY + dt.timedelta(1))

    def test_every_compared_column_is_a_stored_field(self) -> None:
        for names, model in ((comparing.HOME_FIELDS, Household), (comparing.MEMBER_FIELDS, Member)):
            assert set(names) <= set(reading.BY_KEY)
            assert set(names.values()) <= {f.name for f in model._meta.concrete_fields}


@pytest.mark.usefixtures("household")
class TestPages:
    def test_from_upload_to_decision_in_the_browser(self, clerk: User) -> None:
        client = sign_in(Client(), clerk)
        answer = client.post(
            "/registry/reconcile/new/", {"system": "province", "taken_on": "2020-02-10", "file": export(row(健康状况="健康"))}
        )
        page = client.get(answer.headers["Location"]).content.decode()
        assert '<option value="health" selected>' in page
        made = Reconciliation.objects.get()
        assert client.post(f"/registry/reconcile/{made.pk}/start/", {"head": [], "column": []}).status_code == 302
        assert "正在比对" in client.get(f"/registry/reconcile/{made.pk}/").content.decode()
        Worker().step(timezone.now())
        assert "健康状况" in client.get(f"/registry/reconcile/{made.pk}/").content.decode()
        found = Difference.objects.get()
        listed = client.get(f"/registry/reconcile/differences/?comparison={made.pk}&unsettled=1").content.decode()
        assert "长期慢性病" in listed
        assert "两边核对" in listed
        said = {"where": "theirs", "note": "对方有误", "version": found.version}
        assert client.post(f"/registry/reconcile/differences/{found.pk}/", said).status_code == 302
        found.refresh_from_db()
        assert (found.state, found.where) == ("decided", "theirs")

    def test_a_town_does_not_see_another_towns_differences(self, city: City, clerk: User) -> None:
        compare(clerk, row(健康状况="健康"))
        found = Difference.objects.get()
        mine = sign_in(Client(), make_user("mine", city.offices["440513100-zf"], "town_clerk"))
        other = sign_in(Client(), make_user("other", city.offices["440513101-zf"], "town_clerk"))
        path = f"/registry/reconcile/differences/{found.pk}/"
        assert (mine.get(path).status_code, other.get(path).status_code) == (200, 404)
        assert mine.get(f"/registry/reconcile/{found.latest_id}/").status_code == 404  # the county's file carries whole numbers

    def test_who_keeps_no_files_is_told_so(self, city: City) -> None:
        client = sign_in(Client(), make_user("unit", city.offices["440513-fpb"], "office_leader"))
        assert client.get("/registry/reconcile/new/").status_code == 403
