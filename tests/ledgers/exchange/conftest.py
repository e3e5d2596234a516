"""A district with two households, its civil affairs office and a clerk who collects."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.clock import DEMO_DATE
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.jobs.worker import Worker
from shouwang.kernel.models import Setting
from shouwang.kernel.privacy.keys import keyring, make_missing_keys
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.exchange import actions
from shouwang.ledgers.exchange.models import Delivery, FeedAgreement
from shouwang.ledgers.registry.models import Member
from tests.factories.accounts import City, make_office, make_user, small_city
from tests.factories.exchange import JANUARY, TODAY, make_agreement
from tests.factories.registry import add_member, add_status, make_household

ID, OTHER, CHILD, STRANGER = "44051319700101001X", "440513196502010027", "440513201001010032", "440513198001010014"


@pytest.fixture
def city(db: None) -> Iterator[City]:  # noqa: ARG001 - opens the database
    keyring().forget()
    make_missing_keys()
    yield small_city()
    keyring().forget()


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path, db: None) -> Iterator[Path]:  # noqa: ARG001 - opens the database
    settings.SHOUWANG_HOME = settings.STATIC_ROOT = tmp_path
    Setting.objects.create(key=DEMO_DATE, value=TODAY.isoformat())
    yield tmp_path


@pytest.fixture
def people(city: City) -> dict[str, Member]:
    """曾样板 and a child in 和睦, 林志强 in 湖东."""
    first = make_household(city.at("440513100001"), head_name="曾样板")
    second = make_household(city.at("440513101201"), head_name="林志强")
    add_status(first, standing="poor")
    return {
        "zeng": add_member(first, id_number=ID, birth_date=dt.date(1970, 1, 1)),
        "child": add_member(first, name="曾小宝", relation="son", id_number=CHILD, birth_date=dt.date(2010, 1, 1)),
        "lin": add_member(second, id_number=OTHER, birth_date=dt.date(1965, 2, 1)),
    }


@pytest.fixture
def clerk(city: City) -> Scope:
    return scope_of(make_user("clerk", city.offices["440513-fpb"], "office_clerk", name="林经办"), TODAY)


@pytest.fixture
def bureau(city: City) -> Office:
    return make_office("440513-ybj", "潮阳区医疗保障局", city.at("440513"), Office.Kind.DEPARTMENT, city.offices["440513-fpb"])


@pytest.fixture
def sender(bureau: Office) -> Scope:
    return scope_of(make_user("sender", bureau, "department_clerk", name="陈医保"), TODAY)


@pytest.fixture
def medical(bureau: Office, city: City) -> FeedAgreement:
    return make_agreement(city.at("440513"), bureau, "medical_settlement")


HEAD = ["序号", "患者姓名", "身份证号码", "医疗类别", "总费用", "个人自付", "结算日期"]


def row(**kw: Any) -> list[Any]:
    usual = {
        "序号": "1",
        "患者姓名": "曾样板",
        "身份证号码": ID,
        "医疗类别": "普通住院",
        "总费用": "12,000.50",
        "个人自付": "3000",
        "结算日期": "2020-01-15",
    }
    return [(usual | kw)[h] for h in HEAD]


def sheet(*rows: list[Any], head: list[str] = HEAD, name: str = "一月结算.csv", encoding: str = "utf-8") -> SimpleUploadedFile:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return SimpleUploadedFile(name, out.getvalue().encode(encoding))


def work() -> int:
    """Run everything that is queued; returns how many jobs that were."""
    done = 0
    while Worker().step(timezone.now()):
        done += 1
        failed = Job.objects.filter(setbacks__gt=0).first() or Job.objects.filter(state="failed").first()
        assert failed is None, (failed.kind, failed.message)
    return done


def checked(agreement: FeedAgreement, by: Scope, file: SimpleUploadedFile, period: dt.date = JANUARY) -> Delivery:
    made = actions.upload(agreement, file, period=period, by=by, today=TODAY, hits=agreement.way == "list")
    work()
    made.refresh_from_db()
    return made


def taken_in(agreement: FeedAgreement, by: Scope, file: SimpleUploadedFile, period: dt.date = JANUARY) -> Delivery:
    made = checked(agreement, by, file, period)
    assert made.state == "checked", made.notes
    actions.confirm(made, by=by, today=TODAY, version=made.version)
    work()
    made.refresh_from_db()
    assert made.state == "done"
    return made


Taken = Callable[..., Delivery]
