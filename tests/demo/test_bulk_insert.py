"""The loader's bulk insert: identities, indexes put aside and made again, the second process."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from django.conf import settings
from django.db import connection

from shouwang.demo import bulk_insert
from shouwang.demo.ahead import drawn_ahead
from shouwang.demo.load_people import TABLES, Backing, Wanted
from shouwang.kernel.errors import Refused
from shouwang.ledgers.registry import name_index
from tests.factories.accounts import small_city
from tests.factories.registry import add_member, make_household


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        return {
            f"{m.__name__}.{name}"
            for m in TABLES
            for name in connection.introspection.get_constraints(cursor, m._meta.db_table)
            if not name.startswith("__")
        }


def test_identities_ascend_and_do_not_repeat():
    found = bulk_insert.fresh_uids(5_000)
    assert all(a < b for a, b in pairwise(found))
    assert {u.version for u in found} == {7}
    assert {u.variant for u in found} == {"specified in RFC 4122"}


@pytest.mark.django_db
@pytest.mark.skipif(bool(settings.SHOUWANG_DATABASE_ROLE), reason="indexes are the owner's")
def test_indexes_put_aside_are_made_again_and_the_name_index_with_them():
    before = indexes()
    bulk_insert.put_aside(TABLES)
    assert bulk_insert.is_aside()
    assert indexes() < before
    city = small_city()
    add_member(make_household(city.villages[0], head_name="陈伟"))
    connection.check_constraints()  # PostgreSQL makes no index while checks are waiting for the end of the transaction
    assert bulk_insert.put_back() is True
    assert indexes() == before
    assert len(name_index.candidates(["陈 伟"], [], [], 10)) == 1
    assert not bulk_insert.is_aside()
    assert bulk_insert.put_back() is False


@pytest.mark.django_db
def test_a_second_process_that_breaks_off_is_said_so(capfd):
    """It has no city of that code: its own settings name a database without tables or without the city."""
    wanted = Wanted("999999999999", 10, 1, dt.date(2020, 2, 17), Backing())
    with pytest.raises(Refused, match="准备演示数据的进程意外结束"):
        list(drawn_ahead(wanted))
    assert "Traceback" in capfd.readouterr().err
