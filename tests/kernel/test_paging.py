"""Pages of a list by ids, counted off from either end."""

import datetime as dt

import pytest

from shouwang.kernel import paging
from shouwang.kernel.accounts.models import Office
from tests.factories.accounts import small_city
from tests.kernel.test_tables import see

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city(db):  # noqa: ARG001 - opens the database
    """The small city, in every test."""
    return small_city()


@pytest.mark.parametrize("query", ["", "sort=-name", "sort=ended", "sort=-ended", "kind=town&kind=lead", "q=政府"])
@pytest.mark.parametrize("at_once", [1, 2_000])
def test_pages_put_together_are_the_list_whichever_end_they_are_counted_from(query, at_once, monkeypatch):
    monkeypatch.setattr(paging, "AT_ONCE", at_once)
    Office.objects.filter(code__startswith="440513").update(valid_to=dt.date(2030, 1, 1))
    whole = see(f"{query}&per_page=100")
    pages = [see(f"{query}&page={n}") for n in range(1, 9)]
    assert [r.pk for view in pages[: pages[0].page_count] for r in view.rows] == [r.pk for r in whole.rows]
    assert {view.total for view in pages} == {len(whole.rows)}


@pytest.mark.parametrize("narrowed", [False, True])
def test_a_page_beyond_the_last_is_the_last_and_nothing_is_one_empty_page(narrowed):
    rows = Office.objects.order_by("pk")
    total = rows.count()
    assert paging.page_of(rows, 99, 20, narrowed=narrowed)[:2] == (total, -(-total // 20))
    assert paging.page_of(rows.none(), 1, 20, narrowed=narrowed) == (0, 1, [])
