"""The second factor: enrolment, codes that open once, recovery, the brake, and who must have it."""

import base64
import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP

from shouwang.kernel.accounts.models import SecondFactor, SignIn, User
from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import Refused
from shouwang.kernel.privacy import make_missing_keys
from shouwang.kernel.sign_in import second_factor
from tests.factories.accounts import PASSWORD, grant, make_user, scope, sign_in, small_city

pytestmark = pytest.mark.django_db
TODAY = dt.date(2020, 2, 17)
NOW = dt.datetime(2026, 3, 2, 9, 0, 5, tzinfo=dt.UTC)


@pytest.fixture
def city():
    make_missing_keys()
    return small_city()


@pytest.fixture
def officer(city):
    return make_user("cy.chen", city.offices["440513-fpb"], "office_clerk")


def token(user: User, at: dt.datetime) -> str:
    """What the authenticator shows at that moment."""
    clock = TOTP(base64.b32decode(SecondFactor.objects.get(user=user).secret.reveal()))
    clock.time = at.timestamp()
    return f"{clock.token():06d}"


def told(user: User, now: dt.datetime = NOW) -> dict[str, object]:
    return {"by": scope(user), "today": TODAY, "now": now}


def enrol(user: User, now: dt.datetime = NOW) -> list[str]:
    second_factor.start(user)
    return second_factor.confirm(user, token(user, now), **told(user, now))


def minutes(n: float) -> dt.datetime:
    return NOW + dt.timedelta(minutes=n)


def test_enrolment_takes_a_code_and_gives_ten_recovery_codes(officer):
    codes = enrol(officer)
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"(?:[A-Za-z2-9]{4}-?){3}", c) for c in codes)
    assert SecondFactor.objects.get(user=officer).confirmed_at == NOW
    assert Event.objects.filter(verb="accounts.factor.enrol").count() == 1


def test_neither_secret_nor_recovery_codes_lie_in_the_database_in_the_clear(officer):
    codes = enrol(officer)
    secret = SecondFactor.objects.get(user=officer).secret.reveal()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {SecondFactor._meta.db_table}")  # noqa: S608 - a table name of ours
        raw = b" ".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for row in cursor.fetchall() for v in row)
    events = " ".join(str(e) for e in Event.objects.values_list("changes", flat=True))
    for word in [secret, base64.b32decode(secret).hex(), *codes, *(c.replace("-", "") for c in codes)]:
        assert word.encode() not in raw
        assert word not in events
    assert base64.b32decode(secret) not in raw


def test_code_opens_once(officer):
    enrol(officer)
    later = minutes(1)
    code = token(officer, later)
    second_factor.check_code(officer, code, **told(officer, later))
    with pytest.raises(Refused, match="已用过"):
        second_factor.check_code(officer, code, **told(officer, later))


def test_code_of_the_enrolment_does_not_open_again(officer):
    enrol(officer)
    with pytest.raises(Refused):
        second_factor.check_code(officer, token(officer, NOW), **told(officer))


@pytest.mark.parametrize(("seconds", "taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_clock_may_differ_by_one_step(officer, seconds, taken):
    enrol(officer)
    later = minutes(10)
    code = token(officer, later + dt.timedelta(seconds=seconds))
    try:
        second_factor.check_code(officer, code, **told(officer, later))
        opened = True
    except Refused:
        opened = False
    assert opened is taken


def test_recovery_code_opens_once_with_or_without_hyphens(officer):
    codes = enrol(officer)
    second_factor.check_code(officer, codes[0], **told(officer))
    second_factor.check_code(officer, codes[1].replace("-", " "), **told(officer))
    assert len(SecondFactor.objects.get(user=officer).recovery) == 8
    with pytest.raises(Refused):
        second_factor.check_code(officer, codes[0], **told(officer))


def test_five_wrong_codes_lock_for_thirty_minutes_even_the_right_one(officer):
    codes = enrol(officer)
    for _ in range(5):
        with pytest.raises(Refused):
            second_factor.check_code(officer, "000000", **told(officer, minutes(1)))
    for right in (token(officer, minutes(30)), codes[0]):
        with pytest.raises(Refused, match="分钟后再试"):
            second_factor.check_code(officer, right, **told(officer, minutes(30)))
    second_factor.check_code(officer, token(officer, minutes(32)), **told(officer, minutes(32)))
    assert Event.objects.filter(verb="accounts.factor.failed").count() == 5


@pytest.mark.parametrize("junk", ["", "12345", "abcdef", "１２３４５６", "1234567", "-1", "٣٤٥٦٧٨"])
def test_junk_is_a_wrong_code_and_no_fault(officer, junk):
    enrol(officer)
    with pytest.raises(Refused):
        second_factor.check_code(officer, junk, **told(officer))


def test_factor_in_use_is_not_replaced_by_starting_again(officer):
    enrol(officer)
    with pytest.raises(Refused, match="已启用"):
        second_factor.start(officer)


def test_new_recovery_codes_void_the_old(officer):
    old = enrol(officer)
    new = second_factor.new_recovery_codes(officer, token(officer, minutes(1)), **told(officer, minutes(1)))
    with pytest.raises(Refused):
        second_factor.check_code(officer, old[0], **told(officer, minutes(1)))
    second_factor.check_code(officer, new[0], **told(officer, minutes(1)))


def test_one_persons_code_does_not_open_for_another(city, officer):
    enrol(officer)
    other = make_user("cn.lin", city.offices["440514-fpb"], "office_clerk")
    codes = enrol(other)
    for code in (token(other, minutes(1)), codes[0]):
        with pytest.raises(Refused):
            second_factor.check_code(officer, code, **told(officer, minutes(1)))


def signed(user: User) -> Client:
    client = Client()
    assert client.post("/sign-in/", {"username": user.username, "password": PASSWORD}).status_code == 302
    return client


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "audit_admin"])
def test_administrator_gets_nowhere_before_enrolling(city, role):
    client = signed(make_user("admin.x", city.offices["4405-fpb"], role))
    assert [client.get(u).url for u in ("/account/", "/account/password/", "/admin/users/")] == ["/account/second-factor/"] * 3
    assert "须启用二次验证" in client.get("/account/second-factor/").content.decode()


def test_person_marked_for_it_gets_nowhere_before_enrolling(city):
    client = signed(make_user("cy.li", city.offices["440513-fpb"], "office_leader", second_factor_required=True))
    assert client.get("/work/").url == "/account/second-factor/"


def test_role_given_in_mid_session_asks_for_the_factor_at_once(city):
    user = make_user("cy.li", city.offices["4405-fpb"])
    client = signed(user)
    assert client.get("/account/").status_code == 200
    grant(user, "audit_admin", city.city)
    assert client.get("/account/").url == "/account/second-factor/"


def test_enrolment_on_the_page_shows_codes_once_and_opens_the_way(city):
    user = make_user("admin.x", city.offices["4405-fpb"], "system_admin")
    client = signed(user)
    client.post("/account/second-factor/", {"deed": "start"})
    shown = client.get("/account/second-factor/").content.decode()
    assert 'src="data:image/png;base64,' in shown
    answer = client.post("/account/second-factor/", {"deed": "confirm", "code": token(user, timezone.now())}).content.decode()
    assert answer.count('<li class="mono">') == 10
    assert client.get("/account/").status_code == 200
    again = client.get("/account/second-factor/").content.decode()
    assert ('<li class="mono">' in again, "data:image/png" in again) == (False, False)


def test_next_sign_in_asks_for_the_code_and_changes_the_session_key(officer):
    enrol(officer, timezone.now() - dt.timedelta(minutes=5))
    client = signed(officer)
    assert client.get("/work/").url == "/account/second-factor/"
    assert client.get("/account/password/").url == "/account/second-factor/"
    wrong = client.post("/account/second-factor/", {"deed": "verify", "code": "000000"})
    assert (wrong.status_code, "验证码不正确" in wrong.content.decode()) == (422, True)
    before = client.session.session_key
    assert client.post("/account/second-factor/", {"deed": "verify", "code": token(officer, timezone.now())}).url == "/"
    assert client.session.session_key != before
    assert client.get("/work/").status_code == 200


@pytest.mark.parametrize("deed", ["confirm", "renew", "start"])
def test_no_other_deed_gets_round_the_code(officer, deed):
    enrol(officer, timezone.now() - dt.timedelta(minutes=5))
    client = signed(officer)
    client.post("/account/second-factor/", {"deed": deed, "code": token(officer, timezone.now())})
    assert client.get("/work/").status_code == 302
    assert len(SecondFactor.objects.get(user=officer).recovery) == 10


def test_enrolling_ends_the_sessions_on_other_devices(officer):
    phone = sign_in(Client(), officer, device="phone")
    enrol(officer)
    assert phone.get("/work/").status_code == 302
    assert not SignIn.objects.filter(device="phone").exists()
