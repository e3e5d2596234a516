"""The users command."""

import pytest
from click.testing import CliRunner

from shouwang.cli.users import users
from shouwang.kernel.accounts.models import SecondFactor, User
from shouwang.kernel.audit.models import Event
from shouwang.kernel.privacy import make_missing_keys
from tests.factories.accounts import make_user, small_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return small_city()


def run(*words: str):
    return CliRunner().invoke(users, list(words))


@pytest.mark.parametrize(
    ("options", "names", "level"),
    [
        ((), ["audit", "security", "system"], 2),
        (("--region", "440513"), ["audit-440513", "security-440513", "system-440513"], 3),
        (("--names", "xt", "aq", "sj"), ["aq", "sj", "xt"], 2),
    ],
)
@pytest.mark.usefixtures("city")
def test_three_administrators_with_one_role_and_one_password_each(options, names, level):
    done = run("create-admins", *options)
    assert done.exit_code == 0, done.output
    rows = [line.split("\t") for line in done.output.splitlines() if "\t" in line]
    assert sorted(name for _, name, _ in rows) == names
    for _, name, word in rows:
        user = User.objects.get(username=name)
        assert (user.check_password(word), user.must_change_password, user.second_factor_required) == (True, True, True)
        assert [g.region.level for g in user.grants.all() if g.region] == [level]
    assert len({u.grants.get().role for u in User.objects.all()}) == 3
    assert Event.objects.filter(actor_name="命令行", verb="accounts.grant.give").count() == 3
    words = " ".join(str(e) for e in Event.objects.values_list("changes", flat=True))
    assert [word for _, _, word in rows if word in words] == []


@pytest.mark.usefixtures("city")
def test_second_run_is_refused_and_makes_nothing():
    run("create-admins")
    again = run("create-admins")
    assert (again.exit_code, "已存在" in again.output, User.objects.count()) == (1, True, 3)


def test_without_regions_it_says_what_to_run_first():
    done = run("create-admins")
    assert (done.exit_code, "shouwang init" in done.output) == (1, True)


@pytest.mark.usefixtures("city")
def test_unknown_region_is_refused():
    assert "440599" in run("create-admins", "--region", "440599").output


def test_reset_gives_a_new_password_and_unbinds_only_with_a_reason(city):
    make_missing_keys()
    user = make_user("cy.chen", city.offices["440513-fpb"])
    SecondFactor.objects.create(user=user, secret="ABCDEFGH")
    word = run("reset-password", " CY.Chen ").output.strip().rpartition("：")[2]
    user.refresh_from_db()
    assert (user.check_password(word), SecondFactor.objects.count()) == (True, 1)
    run("reset-password", "cy.chen", "--unbind", "手机丢失")
    assert SecondFactor.objects.count() == 0
    assert Event.objects.get(verb="accounts.user.reset_factor").reason == "手机丢失"


def test_reset_of_an_unknown_name_is_refused():
    done = run("reset-password", "nobody")
    assert (done.exit_code, "没有用户名为“nobody”的账号" in done.output) == (1, True)


def test_list_names_accounts_with_their_roles(city):
    make_user("cy.chen", city.offices["440513-fpb"], "office_clerk", name="陈一")
    make_user("cn.lin", city.offices["440514-fpb"], "office_leader", name="林四", is_active=False)
    assert "cy.chen\t陈一\t潮阳区扶贫办\t扶贫机构经办人\t启用" in run("list").output
    assert "陈一" not in run("list", "--role", "office_leader").output
    assert "停用" in run("list", "--office", "440514-fpb").output
    assert (run("list", "--role", "boss").exit_code, "可用：" in run("list", "--role", "boss").output) == (1, True)
