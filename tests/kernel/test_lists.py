"""List pages, their export and saved views over HTTP."""

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import include, path

from shouwang.config.urls import urlpatterns as site
from shouwang.kernel import lists, lists_urls
from shouwang.kernel.audit.models import Event
from shouwang.kernel.lists import export_page, list_page, shelf
from shouwang.kernel.models import SavedView
from tests.factories.accounts import make_user, scope, sign_in, small_city
from tests.factories.workbooks import read
from tests.kernel.test_tables import OFFICES

TABLE = replace(OFFICES, key="test_offices", url_name="test_offices", export_permission="registry.export")
urlpatterns = [
    *site,
    path("t/offices/", list_page(TABLE), name="test_offices"),
    path("t/offices/export/", export_page(TABLE), name="test_offices_export"),
    path("t/views/", include(lists_urls)),
]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]
LIST, EXPORT = "/t/offices/", "/t/offices/export/"


@pytest.fixture(autouse=True)
def static_root(settings, tmp_path):
    """The static server warns of a folder that is missing."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def city(db):  # noqa: ARG001 - opens the database
    return small_city()


@pytest.fixture
def clerk(city):
    return make_user("cy", city.offices["440513-fpb"], "office_clerk", name="林某")


@pytest.fixture
def client(clerk) -> Client:
    return sign_in(Client(), clerk)


def post(client: Client, deed: str, **data: object):
    return client.post(f"/t/views/{deed}/", {"table": "test_offices", **data})


def test_page_shows_the_rows_of_the_scope_with_unit_and_time(client):
    page = client.get(LIST)
    text = page.content.decode()
    assert page.status_code == 200
    assert page.context["table"].total == 9
    assert "海门镇人民政府" in text
    assert "井都镇" not in text
    assert "数据截至" in text


def test_htmx_gets_the_list_only(client):
    whole = client.get(LIST)
    part = client.get(LIST, {"kind": "town"}, headers={"HX-Request": "true", "HX-Target": "list-test_offices"})
    assert "<html" in whole.content.decode()
    assert "<html" not in part.content.decode()
    assert part.context["table"].total == 2
    other = client.get(LIST, headers={"HX-Request": "true", "HX-Target": "main"})
    assert "<html" in other.content.decode()


def test_person_without_the_permission_is_kept_out(city):
    admin = sign_in(Client(), make_user("sys", city.offices["4405-fpb"], "system_admin"))
    assert admin.get(LIST).status_code == 403
    assert Client().get(LIST).status_code == 302


def test_export_answers_with_the_workbook_of_the_screen(client):
    answer = client.post(EXPORT + "?kind=town&sort=-name", {"reason": "核对"})
    assert answer.status_code == 200
    assert "%E6%9C%BA%E6%9E%84_%E6%BD%AE%E9%98%B3%E5%8C%BA" in answer["Content-Disposition"]
    rows = read(answer.content).sheets["数据"].rows
    shown = client.get(LIST + "?kind=town&sort=-name").context["table"].rows
    assert [r[0] for r in rows[1:]] == [r.cells[0].text for r in shown]
    assert Event.objects.filter(verb="kernel.table.export").count() == 1


def test_export_without_reason_goes_back_with_words(client):
    answer = client.post(EXPORT, {"reason": ""}, headers={"Referer": "http://testserver/t/offices/"})
    assert (answer.status_code, answer["Location"]) == (302, "http://testserver/t/offices/")
    assert "导出须写明理由" in client.get(LIST).content.decode()
    assert not Event.objects.filter(verb="kernel.table.export").exists()


def test_export_is_not_a_link(client):
    assert client.get(EXPORT).status_code == 405


def test_export_button_is_shown_to_those_who_may(city, client):
    assert client.get(LIST).context["export_url"] == EXPORT
    department = sign_in(Client(), make_user("nyj", city.offices["440513-nyj"], "department_clerk"))
    assert department.get(LIST).context["export_url"] == ""
    assert department.post(EXPORT, {"reason": "核对"}).status_code == 403


def test_saved_view_opens_by_itself_until_everything_is_asked_for(client):
    saved = post(client, "save", name="镇街", query="kind=town&junk=1&sort=-name")
    assert saved["Location"] == "/t/offices/?kind=town&sort=-name"
    assert client.get(LIST).context["table"].total == 2
    assert client.get(LIST + "?all=1").context["table"].total == 9
    assert [v.label for v in client.get(LIST).context["table"].saved_views] == ["镇街"]
    assert post(client, "use")["Location"] == "/t/offices/?all=1"
    assert client.get(LIST).context["table"].total == 9
    view = SavedView.objects.get(name="镇街")
    assert post(client, "use", id=view.pk)["Location"] == "/t/offices/?kind=town&sort=-name"
    assert client.get(LIST).context["table"].total == 2


def test_view_of_the_office_is_shared_and_not_overwritten(city, client):
    post(client, "save", name="镇街", query="kind=town", shared="1")
    mate = sign_in(Client(), make_user("cy2", city.offices["440513-fpb"], "office_clerk"))
    other = sign_in(Client(), make_user("cn", city.offices["440514-fpb"], "office_clerk"))
    assert [v.label for v in mate.get(LIST).context["table"].saved_views] == ["镇街"]
    assert other.get(LIST).context["table"].saved_views == []
    again = mate.post(
        "/t/views/save/", {"table": "test_offices", "name": "镇街", "query": "", "shared": "1"}, headers={"HX-Request": "true"}
    )
    assert again.status_code == 422
    assert "本机构已有名为“镇街”的视图" in again.content.decode()
    assert SavedView.objects.get(name="镇街").query == "kind=town"


def test_views_of_others_look_as_if_they_did_not_exist(city, client):
    post(client, "save", name="我的", query="kind=town")
    view = SavedView.objects.get(name="我的")
    stranger = sign_in(Client(), make_user("cy2", city.offices["440513-fpb"], "office_clerk"))
    assert post(stranger, "use", id=view.pk).status_code == 404
    assert post(stranger, "delete", id=view.pk).status_code == 404
    assert post(client, "delete", id=view.pk).status_code == 302
    assert not SavedView.objects.filter(name="我的").exists()


@pytest.mark.parametrize("deed", ["save", "use", "delete", "columns"])
def test_views_of_a_list_without_permission_or_that_is_none_are_not_there(city, client, deed):
    admin = sign_in(Client(), make_user("sys", city.offices["4405-fpb"], "system_admin"))
    assert post(admin, deed, name="x", id="1").status_code == 404
    assert client.post(f"/t/views/{deed}/", {"table": "no_such_list", "name": "x", "id": "1"}).status_code == 404
    assert client.get(f"/t/views/{deed}/").status_code == 405
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("given", ["", "0", "-1", "abc", "9" * 30, "１"])
def test_view_id_that_is_none_is_not_found(client, given):
    assert post(client, "delete", id=given).status_code == 404


@pytest.mark.parametrize("name", ["", "  ", "长" * 41])
def test_view_needs_a_name(client, name):
    answer = client.post("/t/views/save/", {"table": "test_offices", "name": name}, headers={"HX-Request": "true"})
    assert (answer.status_code, "1 至 40 个字" in answer.content.decode()) == (422, True)


def test_columns_chosen_are_remembered_and_the_first_stays(client, clerk):
    before = [c.key for c in client.get(LIST).context["table"].shown]
    assert "ended" not in before
    answer = post(client, "columns", shown=["code", "ended", "kind"], query="kind=town")
    assert answer["Location"] == "/t/offices/?kind=town"
    assert [c.key for c in client.get(LIST).context["table"].shown] == ["code", "kind", "ended"]
    assert len(client.post(EXPORT, {"reason": "核对"}).content) > 0
    assert shelf(scope(clerk), TABLE).hidden == sorted(c.key for c in TABLE.columns if c.key not in {"code", "ended", "kind"})
    refused = client.post("/t/views/columns/", {"table": "test_offices"}, headers={"HX-Request": "true"})
    assert (refused.status_code, "至少要显示一列" in refused.content.decode()) == (422, True)


def test_opening_a_list_writes_nothing(client):
    client.get(LIST)
    before = (SavedView.objects.count(), Event.objects.count())
    client.get(LIST + "?kind=town")
    assert (SavedView.objects.count(), Event.objects.count()) == before


def test_two_lists_cannot_share_a_key():
    with pytest.raises(ValueError, match="two lists"):
        list_page(replace(TABLE, title="另一个"))
    assert lists._listed["test_offices"] is TABLE
    assert list_page(TABLE).table is TABLE
