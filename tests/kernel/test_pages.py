"""Routes: who may come in, what a refusal looks like, and that a double click writes once."""

import json
import uuid

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.urls import path

from shouwang.config import urls as site
from shouwang.kernel.errors import NotPermitted, OutOfScope, Refused, Stale
from shouwang.kernel.models import Receipt, Setting
from shouwang.kernel.pages import Access, every_route_declares_access, page, routes
from tests.factories.accounts import City, make_user, sign_in, small_city
from tests.kernel.jobs.installation import DATABASES, installation, python

ERRORS = {
    "refused": Refused("日期“2020-02-30”不存在。请改正。", field="day"),
    "permitted": NotPermitted("您不能代该单位操作。"),
    "scope": OutOfScope(),
    "stale": Stale("这条记录已被他人修改。"),
}


@page("figures.view", methods=("GET", "POST"))
def thing(request, error=""):
    """Writes a row on POST, or raises what the address asks for."""
    if error:
        raise ERRORS[error]
    if request.method != "POST":
        return HttpResponse("thing")
    Setting.objects.create(key=uuid.uuid4().hex, value=request.scope.user_name)
    return HttpResponse(status=303, headers={"Location": "/thing/?made=1"}) if not request.POST.get("again") else HttpResponse(status=422)


@page(public=True, why="测试")
def open_door(_request):
    """Everyone."""
    return HttpResponse("open")


@page(signed_in=True, why="测试")
def inside(_request):
    """Everyone signed in."""
    return HttpResponse("inside")


def bare(_request):
    """A handler that forgot to say who may come in."""
    return HttpResponse("bare")


urlpatterns = [
    path("thing/", thing),
    path("thing/<slug:error>/", thing),
    path("open/", open_door),
    path("inside/", inside),
    *site.urlpatterns,
]
handler404, handler403 = site.handler404, site.handler403
pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.kernel.test_pages")]


@pytest.fixture
def city():
    return small_city()


@pytest.fixture
def officer(client, city: City):
    return sign_in(client, make_user("clerk", city.offices["440513-fpb"], "office_clerk"))


def words(response) -> list[str]:
    return [str(m) for m in get_messages(response.wsgi_request)]


def test_a_page_without_permission_must_say_why():
    with pytest.raises(ValueError, match="says why"):
        page()


def test_not_signed_in_leads_to_the_sign_in_page_and_back(client):
    assert client.get("/thing/").headers["Location"] == "/sign-in/?next=/thing/"
    assert client.post("/thing/").headers["Location"] == "/sign-in/"
    part = client.get("/thing/", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, "/sign-in/")
    assert client.get("/open/").status_code == 200


@pytest.mark.parametrize(("method", "status"), [("get", 200), ("head", 200), ("post", 303), ("put", 405), ("delete", 405), ("patch", 405)])
def test_only_the_declared_methods_answer(officer, method, status):
    assert getattr(officer, method)("/thing/").status_code == status


def test_a_wrong_method_is_refused_before_anything_else(client):
    assert client.delete("/inside/").status_code == 405


def test_without_the_permission_403_says_whom_to_ask(client, city):
    sign_in(client, make_user("helper", city.offices["440513100001-cwh"], "helper"))
    answer = client.get("/thing/")
    assert answer.status_code == 403
    assert "请向本级系统管理员申请授权" in answer.content.decode()
    assert client.get("/inside/").status_code == 200


def test_a_person_without_any_role_reads_why_there_is_nothing(client, city):
    sign_in(client, make_user("new", city.offices["440513-fpb"]))
    answer = client.get("/thing/")
    assert answer.status_code == 403
    assert "尚未分配任何角色和区划" in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        ("refused", 422, "日期“2020-02-30”不存在。请改正。"),
        ("stale", 422, "这条记录已被他人修改。"),
        ("permitted", 403, "您不能代该单位操作。"),
        ("scope", 404, "页面"),
    ],
)
def test_errors_of_a_get_are_pages_in_words(officer, error, status, said):
    answer = officer.get(f"/thing/{error}/")
    assert (answer.status_code, said in answer.content.decode()) == (status, True)


@pytest.mark.parametrize("error", ["refused", "stale"])
def test_a_refused_form_goes_back_with_the_words(officer, error):
    answer = officer.post(f"/thing/{error}/", headers={"Referer": "http://testserver/inside/?a=1"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://testserver/inside/?a=1")
    assert words(answer) == [ERRORS[error].message]


@pytest.mark.parametrize("referer", ["https://evil.example/", "", "//evil.example"])
def test_a_refused_form_never_leads_to_another_site(officer, referer):
    assert officer.post("/thing/refused/", headers={"Referer": referer}).headers["Location"] == "/"


def test_a_refused_part_of_a_page_is_answered_in_place(officer):
    answer = officer.post("/thing/refused/", headers={"HX-Request": "true"})
    assert (answer.status_code, "日期“2020-02-30”不存在" in answer.content.decode()) == (422, True)


def test_the_second_press_writes_nothing_and_goes_where_the_first_went(officer):
    form = {"op_id": str(uuid.uuid4())}
    answers = [officer.post("/thing/", form) for _ in range(3)]
    assert [a.headers["Location"] for a in answers] == ["/thing/?made=1"] * 3
    assert (Setting.objects.count(), Receipt.objects.count()) == (1, 1)


def test_forms_without_an_operation_id_or_with_a_broken_one_are_written(officer):
    for op_id in ("", "no-uuid"):
        officer.post("/thing/", {"op_id": op_id})
    assert (Setting.objects.count(), Receipt.objects.count()) == (2, 0)


@pytest.mark.parametrize("error", ["refused", "permitted", "scope"])
def test_a_refusal_frees_the_operation_id(officer, error):
    form = {"op_id": str(uuid.uuid4())}
    officer.post(f"/thing/{error}/", form)
    assert Receipt.objects.count() == 0
    assert officer.post("/thing/", form).status_code == 303
    assert Setting.objects.count() == 1


def test_a_form_shown_again_with_errors_frees_the_operation_id(officer):
    form = {"op_id": str(uuid.uuid4())}
    assert officer.post("/thing/", form | {"again": "1"}).status_code == 422
    assert Receipt.objects.count() == 0


def test_another_persons_operation_id_is_not_answered(officer, client_of, monkeypatch):
    monkeypatch.setattr("shouwang.kernel.pages.time.sleep", lambda _s: None)
    form = {"op_id": str(uuid.uuid4())}
    officer.post("/thing/", form)
    other = client_of("other")
    answer = other.post("/thing/", form)
    assert answer.headers["Location"] == "/"
    assert "没有重复写入" in words(answer)[0]
    assert Setting.objects.count() == 1


@pytest.fixture
def client_of(city):
    from django.test import Client

    return lambda name: sign_in(Client(), make_user(name, city.offices["440513-fpb"], "office_clerk"))


@pytest.mark.parametrize("database", DATABASES)
def test_four_presses_at_once_write_once(tmp_path, database):
    """Refused ones write nothing and free the id: the corrected form, sent with the same id, is written."""
    with installation(tmp_path, database) as env:
        done = python(env, "-m", "tests.kernel.double_press")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told[""] == {"places": ["/done/"] * 4, "rows": 1, "again": "/done/", "rows_after": 1}
    assert told["1"] == {"places": ["/"] * 4, "rows": 1, "again": "/done/", "rows_after": 2}
    assert told["receipts"] == 2


def test_every_route_of_the_site_declares_who_may_come_in():
    assert [p for p, entry in routes() if not isinstance(getattr(entry.callback, "access", None), Access)] == []
    assert every_route_declares_access() == []


def test_a_route_that_declares_nothing_keeps_the_site_from_starting(monkeypatch):
    monkeypatch.setattr("tests.kernel.test_pages.urlpatterns", [*urlpatterns, path("bare/", bare)])
    from django.urls import clear_url_caches

    clear_url_caches()
    assert [e.id for e in every_route_declares_access()] == ["shouwang.E001"]
    assert "bare/" in every_route_declares_access()[0].msg
    clear_url_caches()
