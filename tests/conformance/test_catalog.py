"""Every ledger of the catalog passes every conformance check."""

import datetime as dt
from dataclasses import replace
from io import BytesIO

import pytest
from django.apps import apps
from django.http import QueryDict

from shouwang.kernel import sheets, testing
from shouwang.kernel.accounts.policies import PERMISSIONS as ACCOUNTS
from shouwang.kernel.audit.policies import PERMISSIONS as AUDIT
from shouwang.kernel.jobs.policies import PERMISSIONS as JOBS
from shouwang.kernel.privacy import keyring, make_missing_keys
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.tables import Table
from shouwang.ledgers.registry.following import APART, BESIDE
from shouwang.ledgers.registry.models import Household, Member
from shouwang.portal.catalog import FIGURES, LEDGERS
from shouwang.portal.policies import PERMISSIONS as PORTAL
from tests.conformance.samples import NOW, SAMPLES, TODAY
from tests.factories.accounts import City, small_city
from tests.factories.workbooks import read

TABLES = [t for ledger in LEDGERS for t in ledger.tables]
OTHERS = ACCOUNTS | AUDIT | JOBS | PORTAL
GRANTS = {p: words for ledger in LEDGERS for p, words in ledger.permissions.items()} | OTHERS
pytestmark = pytest.mark.django_db
each_ledger = pytest.mark.parametrize("ledger", LEDGERS, ids=lambda found: found.code)
each_table = pytest.mark.parametrize("table", TABLES, ids=lambda found: found.key)
each_figure = pytest.mark.parametrize("figure", FIGURES, ids=lambda found: found.code)


@pytest.fixture
def city(db):  # noqa: ARG001 - opens the database
    keyring().forget()
    make_missing_keys()
    yield small_city()
    keyring().forget()


def filled(city: City, table: Table) -> list:
    """One row in each village."""
    return [SAMPLES[table.key].make(village) for village in city.villages]


def whole_city(city: City, *permissions: str) -> Scope:
    return testing.holding(permissions[0], city.city.place, None, *permissions[1:])


@each_ledger
def test_declaration_is_whole(ledger):
    assert testing.declaration(ledger) == []


@each_ledger
def test_lifecycles_are_total_and_refuse_in_words(ledger):
    assert testing.lifecycles(ledger) == []


@each_ledger
def test_every_field_has_its_privacy_class(ledger):
    assert testing.privacy(ledger) == []


@each_ledger
def test_ledger_declares_all_its_models(ledger):
    assert set(apps.get_app_config(ledger.code).get_models()) == set(ledger.models)


@each_ledger
def test_ledger_that_points_to_households_follows_them(ledger):
    others = [m for m in ledger.models if m not in (*BESIDE, *APART)]  # the registry's own, which its acts carry along themselves
    assert testing.stragglers(replace(ledger, models=tuple(others)), (Household, Member)) == []


def test_permissions_declared_are_those_the_roles_hold():
    assert testing.roles_match(LEDGERS, OTHERS) == []


def test_figure_codes_are_unique():
    assert len({f.code for f in FIGURES}) == len(FIGURES)


@each_table
def test_table_is_declared_soundly(table):
    assert testing.table_declaration(table, GRANTS) == []


@each_table
def test_each_place_sees_exactly_its_rows(city, table):
    rows = filled(city, table)
    places = [r.place for r in (city.city, *city.counties, *city.towns, *city.villages)]
    assert testing.reach(table, SAMPLES[table.key], rows, places) == []


@each_table
def test_page_costs_the_same_queries_for_one_row_and_three(city, table):
    village = city.villages[0]
    assert testing.query_counts(table, lambda: SAMPLES[table.key].make(village), whole_city(city, table.permission), NOW) == []


@each_table
def test_masks_and_hidden_groups_hold(city, table):
    filled(city, table)
    assert testing.withheld(table, whole_city(city, table.permission), NOW) == []


@pytest.mark.parametrize("table", [t for t in TABLES if t.export_permission], ids=lambda found: found.key)
def test_export_equals_the_screen(city, table):
    filled(city, table)
    scope = whole_city(city, table.permission, table.export_permission)
    assert table.base(scope).count() == 8
    for seen in (scope, testing.Scope(scope.user_id, scope.user_name, None, tuple(_without_groups(h) for h in scope.holds))):
        out = BytesIO()
        done = sheets.export(table, QueryDict(), seen, out, now=NOW, reason="核验", hidden=())
        shown = testing.cells_of(table, seen, NOW)
        kept = read(out.getvalue()).sheets["数据"]
        assert done.count == len(shown) == table.base(seen).count()
        assert [[_text(v, c) for v, c in zip(r, f, strict=True)] for r, f in zip(kept.rows[1:], kept.formats[1:], strict=True)] == shown


def _without_groups(hold):
    return replace(hold, groups=frozenset())


def _text(value: str | float, code: str) -> str:
    """A cell of the workbook as the screen writes it."""
    if isinstance(value, str):
        return "" if value == "--" else value
    if code.startswith("yyyy"):
        moment = dt.datetime(1899, 12, 30) + dt.timedelta(days=value)  # noqa: DTZ001 - workbooks know no zone
        rounded = moment + dt.timedelta(milliseconds=500)
        return rounded.strftime("%Y-%m-%d %H:%M" if "hh" in code else "%Y-%m-%d")
    return f"{value:,.2f}" if ".00" in code else f"{value:,.0f}"


@each_figure
def test_figure_is_defined_in_words(figure):
    assert testing.figure_declaration(figure, [f.code for f in FIGURES]) == []


@each_figure
def test_figure_counts_the_rows_it_drills_down_to(city, figure):
    for table in TABLES:
        filled(city, table)
    for region in (city.city, city.counties[0], city.villages[0]):
        scope = testing.holding("figures.view", region.place, None, *{t.permission for t in TABLES})
        assert testing.figure_rows(figure, TODAY, region.place, scope, NOW) == []
