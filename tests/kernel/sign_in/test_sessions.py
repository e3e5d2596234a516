"""Signing in: lockout by user name, one session per device class, time-outs."""

import datetime as dt

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from shouwang.kernel.accounts.models import SignIn, User
from shouwang.kernel.audit.models import Event
from shouwang.kernel.regions.scope import Scope
from tests.factories.accounts import PASSWORD, make_user, sign_in, small_city

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (Linux; Android 10; HarmonyOS) AppleWebKit/537.36 Mobile Safari/537.36"


@pytest.fixture
def city():
    return small_city()


@pytest.fixture(autouse=True)
def officer(city):
    return make_user("cy.chen", city.offices["440513-fpb"], "office_clerk", name="陈一")


def post(client: Client, username: str = "cy.chen", password: str = PASSWORD, **more: str):
    return client.post("/sign-in/", {"username": username, "password": password, **more})


def later(monkeypatch, **delta: float) -> dt.datetime:
    """Let that much time pass."""
    moment = timezone.now() + dt.timedelta(**delta)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    monkeypatch.setattr("axes.handlers.proxy.now", lambda: moment)
    return moment


def words(response) -> str:
    return response.content.decode()


def test_right_password_opens_the_page_that_was_wanted(officer):
    client = Client()
    refused = client.get("/work/")
    assert refused.url == "/sign-in/?next=/work/"
    assert post(client, next="/work/").url == "/work/"
    assert words(client.get("/work/")) == "陈一"
    assert Event.objects.filter(verb="accounts.sign_in", actor_id=officer.pk).count() == 1


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org/", "/\\example.org", "javascript:alert(1)"])
def test_target_outside_the_site_is_ignored(target):
    assert post(Client(), next=target).url == "/"


@pytest.mark.parametrize("typed", ["  CY.Chen ", "ｃｙ．ｃｈｅｎ"])
def test_user_name_is_found_however_it_was_typed(typed):
    assert post(Client(), typed).status_code == 302


@pytest.mark.parametrize(("username", "password"), [("", PASSWORD), ("cy.chen", ""), ("   ", PASSWORD)])
def test_empty_field_is_said(username, password):
    answer = post(Client(), username, password)
    assert (answer.status_code, "请输入用户名和密码" in words(answer)) == (422, True)
    assert not AccessAttempt.objects.exists()


def test_wrong_password_says_how_many_tries_are_left(officer):
    client = Client()
    assert "还可以尝试 4 次" in words(post(client, password="Wrong-one-1"))
    assert "还可以尝试 3 次" in words(post(client, password="Wrong-one-2"))
    assert Event.objects.filter(verb="accounts.sign_in_failed", record_id=str(officer.pk)).count() == 2


def test_unknown_user_name_answers_like_a_known_one():
    known, unknown = post(Client(), password="Wrong-one-1"), post(Client(), "nobody", "Wrong-one-1")
    assert (known.status_code, unknown.status_code) == (422, 422)
    assert "还可以尝试 4 次" in words(unknown)


def lock(name: str = "cy.chen") -> None:
    for n in range(5):
        post(Client(headers={"user-agent": f"browser {n}"}), name, f"Wrong-one-{n}")


def test_five_failures_lock_the_user_name_for_every_browser_and_spelling():
    lock()
    for typed in ("cy.chen", "CY.CHEN", " cy.chen", "ｃｙ．ｃｈｅｎ"):
        answer = post(Client(), typed)
        assert answer.status_code == 429
        assert "已锁定 30 分钟" in words(answer)


def test_lock_of_one_name_leaves_the_office_free(city):
    make_user("cy.lin", city.offices["440513-fpb"], "office_clerk")
    lock()
    assert post(Client(), "cy.lin").status_code == 302


def test_lock_ends_after_thirty_minutes_and_not_before(monkeypatch):
    lock()
    later(monkeypatch, minutes=29)
    assert post(Client()).status_code == 429
    later(monkeypatch, minutes=2)
    assert post(Client()).status_code == 302


def test_success_forgets_earlier_failures():
    client = Client()
    for n in range(4):
        post(client, password=f"Wrong-one-{n}")
    post(client)
    assert "还可以尝试 4 次" in words(post(Client(), password="Wrong-one-9"))


def test_what_was_typed_into_the_user_name_field_is_kept_nowhere():
    post(Client(), "440582199001010019", "secret-Secret-1")
    kept = " ".join(str(v) for row in AccessAttempt.objects.values() for v in row.values())
    assert kept
    assert "440582199001010019" not in kept
    assert "secret-Secret-1" not in kept


def test_disabled_account_learns_so_only_with_the_right_password(officer):
    User.objects.filter(pk=officer.pk).update(is_active=False)
    assert "已停用" not in words(post(Client(), password="Wrong-one-1"))
    assert "已停用" in words(post(Client()))


def test_disabling_ends_a_running_session(officer):
    client = sign_in(Client(), officer)
    assert client.get("/work/").status_code == 200
    User.objects.filter(pk=officer.pk).update(is_active=False)
    assert client.get("/work/").url == "/sign-in/?next=/work/"


def test_account_without_a_role_gets_a_clear_page(city):
    make_user("empty", city.offices["440513-fpb"])
    client = Client()
    post(client, "empty")
    answer = client.get("/work/")
    assert (answer.status_code, "尚未分配任何角色和区划" in words(answer)) == (403, True)
    assert "尚未分配任何角色和区划" in words(client.get("/account/"))


def test_expired_grant_opens_nothing_and_is_shown_as_expired(officer):
    officer.grants.update(until=dt.date(2019, 6, 1))
    client = sign_in(Client(), officer)
    assert client.get("/work/").status_code == 403
    assert "已到期" in words(client.get("/account/"))


def test_second_desk_ends_the_first_and_says_why():
    first, second = Client(), Client()
    post(first)
    post(second)
    assert second.get("/work/").status_code == 200
    thrown = first.get("/work/", follow=True)
    assert thrown.redirect_chain[0][0] == "/sign-in/?next=/work/"
    assert "在另一台电脑上登录，本次登录随之退出" in words(thrown)


def test_phone_and_desk_live_side_by_side():
    desk, phone = Client(), Client(headers={"user-agent": PHONE})
    post(desk)
    post(phone)
    assert (desk.get("/work/").status_code, phone.get("/work/").status_code) == (200, 200)
    assert set(SignIn.objects.values_list("device", flat=True)) == {"desk", "phone"}


def test_chosen_device_outweighs_the_browser():
    client = Client(headers={"user-agent": PHONE})
    post(client, device="desk")
    assert list(SignIn.objects.values_list("device", flat=True)) == ["desk"]


def test_sign_out_elsewhere_ends_the_other_device():
    desk, phone = Client(), Client(headers={"user-agent": PHONE})
    post(desk)
    post(phone)
    desk.post("/account/sign-out-elsewhere/")
    assert desk.get("/work/").status_code == 200
    assert phone.get("/work/").status_code == 302


def test_sign_out_ends_the_session():
    client = Client()
    post(client)
    assert client.post("/sign-out/").url == "/sign-in/"
    assert client.get("/work/").status_code == 302
    assert not SignIn.objects.exists()
    assert client.get("/sign-out/").status_code == 405


def test_thirty_idle_minutes_end_the_session(monkeypatch):
    client = Client()
    post(client)
    later(monkeypatch, minutes=29)
    assert client.get("/work/").status_code == 200
    later(monkeypatch, minutes=29)
    assert client.get("/work/").status_code == 200
    later(monkeypatch, minutes=30)
    assert "已超过 30 分钟没有操作" in words(client.get("/work/", follow=True))


def test_administrator_has_fifteen_idle_minutes(city, monkeypatch):
    client = sign_in(Client(), make_user("admin.s", city.offices["4405-fpb"], "system_admin"))
    later(monkeypatch, minutes=14)
    assert client.get("/account/").status_code == 200
    later(monkeypatch, minutes=15)
    assert "已超过 15 分钟没有操作" in words(client.get("/account/", follow=True))


def test_page_that_polls_does_not_keep_a_session_alive(monkeypatch):
    client = Client()
    post(client)
    later(monkeypatch, minutes=20)
    client.get("/work/", headers={"x-background": "1"})
    later(monkeypatch, minutes=11)
    assert client.get("/work/").status_code == 302


def test_twelve_hours_end_the_session_however_busy(monkeypatch):
    client = Client()
    post(client)
    for _ in range(25):
        later(monkeypatch, minutes=28)
        assert client.get("/work/").status_code == 200
    later(monkeypatch, minutes=21)
    assert "已满 12 小时" in words(client.get("/work/", follow=True))


def test_activity_is_written_once_a_minute(monkeypatch):
    client = Client()
    post(client)
    before = SignIn.objects.get().seen_at
    client.get("/work/")
    assert SignIn.objects.get().seen_at == before
    moment = later(monkeypatch, seconds=61)
    client.get("/work/")
    assert SignIn.objects.get().seen_at == moment


def test_session_user_and_sign_in_cost_three_queries_beside_the_date(django_assert_num_queries, monkeypatch):
    client = Client()
    post(client)
    monkeypatch.setattr("shouwang.kernel.web.scope_of", lambda user, *_a, **_k: Scope.system(user.name))
    with django_assert_num_queries(4):  # and one for the date of a demonstration
        client.get("/work/")


def test_htmx_request_of_a_dead_session_is_led_to_the_sign_in_page(monkeypatch):
    client = Client()
    post(client)
    later(monkeypatch, hours=1)
    answer = client.get("/work/", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/sign-in/")


def test_sign_in_table_opens_no_session():
    client = Client()
    post(client)
    assert client.session.session_key not in " ".join(str(v) for v in SignIn.objects.values().get().values())


def test_signed_in_person_is_led_away_from_the_sign_in_page():
    client = Client()
    post(client)
    assert client.get("/sign-in/").url == "/"


def test_sensitive_page_opens_for_five_minutes_after_the_password(monkeypatch):
    client = Client()
    post(client)
    assert client.get("/secret/").content == b"revealed"
    later(monkeypatch, minutes=5)
    refused = client.get("/secret/")
    assert refused.status_code == 422
    assert "/account/confirm/?next=/secret/" in words(refused)
    wrong = client.post("/account/confirm/", {"password": "Wrong-one-1", "next": "/secret/"})
    assert (wrong.status_code, "密码不正确" in words(wrong)) == (422, True)
    assert client.get("/secret/").status_code == 422
    assert client.post("/account/confirm/", {"password": PASSWORD, "next": "/secret/"}).url == "/secret/"
    assert client.get("/secret/").content == b"revealed"


def test_confirmation_leads_only_into_the_site():
    client = Client()
    post(client)
    assert client.post("/account/confirm/", {"password": PASSWORD, "next": "//example.org/"}).url == "/"
