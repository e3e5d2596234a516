"""Password rules, the forced change, and what is never stored."""

import datetime as dt

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kernel.accounts.models import User
from shouwang.kernel.accounts.passwords import KINDS, MixedCharactersValidator, one_time_password
from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import Refused
from shouwang.kernel.sign_in.renewal import change_password
from tests.factories.accounts import PASSWORD, make_user, scope, sign_in, small_city

TODAY = dt.date(2020, 2, 17)


pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_user("cy.chen", small_city().offices["440513-fpb"], "office_clerk")


def broken(password: str, user: User | None = None) -> set[str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {e.code or "" for e in error.error_list}
    return set()


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("Ab3-short", "password_too_short"),
        ("lowercase-only", "password_not_mixed"),
        ("lowercase1234", "password_not_mixed"),
        ("20200217202002", "password_entirely_numeric"),
        ("Xx-CY.CHEN-2020", "password_has_user_name"),
        ("Xx-nehc.yc-2020", "password_has_user_name"),
        (PASSWORD, "password_used_before"),
    ],
)
def test_weak_password_is_refused_by_its_rule(officer, password, rule):
    assert rule in broken(password, officer)


@pytest.mark.parametrize("password", ["Hai-bin-2020", "守望相助-Abcd1", "ABCDEF-1234", "abcdef-GHIJK"])
def test_strong_password_passes(officer, password):
    assert broken(password, officer) == set()


@given(st.text(min_size=1, max_size=30))
def test_three_kinds_of_four_are_enough_and_needed(password):
    kinds = [any(c in kind for c in password) for kind in KINDS] + [any(c not in "".join(KINDS) for c in password)]
    try:
        MixedCharactersValidator().validate(password)
        passed = True
    except ValidationError:
        passed = False
    assert passed == (sum(kinds) >= 3)


def test_one_time_passwords_are_strong_and_differ(officer):
    drawn = {one_time_password() for _ in range(50)}
    assert len(drawn) == 50
    assert all(broken(word, officer) == set() for word in drawn)


def change(user: User, new: str) -> None:
    change_password(user, new, new, by=scope(user), today=TODAY, now=timezone.now())


def test_last_five_passwords_are_refused_and_the_sixth_is_free(officer):
    for n in range(5):
        change(officer, f"Hai-bin-202{n}")
    assert len(officer.password_history) == 4
    for n in range(5):
        with pytest.raises(Refused, match="最近 5 次"):
            change(officer, f"Hai-bin-202{n}")
    change(officer, PASSWORD)


def test_change_is_audited_without_any_digest(officer):
    change(officer, "Hai-bin-2020")
    event = Event.objects.get(verb="accounts.password.change")
    assert (event.changes, event.actor_id) == ({}, officer.pk)


def test_forced_change_leads_every_page_to_the_password_page(officer):
    officer.must_change_password = True
    officer.save()
    client = sign_in(Client(), officer)
    assert [client.get(u).url for u in ("/work/", "/account/", "/account/handovers/")] == ["/account/password/"] * 3
    assert client.get("/account/password/").status_code == 200


def put(client: Client, old: str = PASSWORD, new: str = "Hai-bin-2020", again: str = ""):
    return client.post("/account/password/", {"old": old, "new": new, "again": again or new})


def test_change_on_the_page_frees_the_way_and_keeps_this_session(officer):
    officer.must_change_password = True
    officer.save()
    client, phone = sign_in(Client(), officer), sign_in(Client(), officer, device="phone")
    assert put(client).url == "/"
    assert client.get("/work/").status_code == 200
    assert phone.get("/work/").status_code == 302
    officer.refresh_from_db()
    assert (officer.check_password("Hai-bin-2020"), officer.must_change_password) == (True, False)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"old": "Wrong-one-1"}, "密码不正确"),
        ({"again": "Hai-bin-2021"}, "两次输入的新密码不一致"),
        ({"new": "short"}, "密码须包含"),
        ({"new": PASSWORD}, "不能使用最近 5 次"),
    ],
)
def test_faulty_change_is_explained_and_changes_nothing(officer, said, words):
    answer = put(sign_in(Client(), officer), **said)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    officer.refresh_from_db()
    assert officer.check_password(PASSWORD)


def test_old_password_cannot_be_guessed_on_the_change_page(officer):
    client = sign_in(Client(), officer)
    for n in range(5):
        put(client, old=f"Wrong-one-{n}")
    answer = put(client)
    assert "已锁定 30 分钟" in answer.content.decode()
    officer.refresh_from_db()
    assert officer.check_password(PASSWORD)


@pytest.mark.parametrize(("days", "led"), [(89, False), (90, True)])
def test_password_of_ninety_days_must_be_changed(officer, days, led):
    officer.password_changed_at = timezone.now() - dt.timedelta(days=days)
    officer.save()
    assert (sign_in(Client(), officer).get("/work/").status_code == 302) is led
