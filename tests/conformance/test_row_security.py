"""Row-level security beneath the rules: never narrower than `within` for anybody, and it stops a query that forgot it."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.jobs import handlers
from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.jobs.worker import Worker
from shouwang.kernel.regions import rls, row_policies
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.models import Household, Member
from shouwang.ledgers.registry.models.households import HouseholdQuerySet
from shouwang.portal.catalog import LEDGERS
from tests.conformance.world import TODAY, Person, World, build, client_for, keep_signed_in

TABLES = [t for ledger in LEDGERS for t in ledger.tables]
SCOPED = [m for m in row_policies.protected() if hasattr(m._default_manager.all(), "within")]
# Lists whose page reaches further than the person, for what stands beside a row; the tests of these pages look at what they show.
WIDER = {"household_changes"}
bound = pytest.mark.skipif(
    connection.vendor != "postgresql" or not settings.SHOUWANG_DATABASE_ROLE,
    reason="row-level security is in force on PostgreSQL where SHOUWANG_DATABASE_ROLE is named",
)


@pytest.fixture(scope="module")
def db(django_db_setup, django_db_blocker):  # noqa: ARG001 - the database must stand; the name tells pytest-django to make it
    """One transaction around the module: the world is built once, and everything is undone at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world(db, tmp_path_factory):  # noqa: ARG001 - opens the database
    """The city with its people and records."""
    kept, settings.STATIC_ROOT = settings.STATIC_ROOT, tmp_path_factory.mktemp("static")
    yield build()
    settings.STATIC_ROOT = kept


@pytest.fixture
def undone(world: World):  # noqa: ARG001 - opens the database
    """What the test writes is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def people(world: World) -> list[tuple[Person, Scope]]:
    return [(p, scope_of(p.user, TODAY)) for p in world.people if p.user is not None]


@bound
@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.key)
def test_nobody_loses_a_row_of_a_list(world: World, table):
    lost = {}
    for person, scope in people(world):
        due = set(table.base(scope).values_list("pk", flat=True))
        with rls.acting(scope):
            # As the page reads them, with what stands beside each row: a join to a record out of reach would lose the row.
            rows = table.base(scope).values_list("pk", flat=True) if table.key in WIDER else (r.pk for r in table.base(scope))
            shown = set(rows)
        if shown != due:
            lost[person.name] = len(due - shown)
    assert lost == {}


@bound
@pytest.mark.parametrize("model", SCOPED, ids=lambda m: m._meta.label)
def test_nobody_loses_a_row_within_the_scope_by_any_permission(world: World, model):
    lost = {}
    for person, scope in people(world):
        asked = [()] if model._meta.label == "worklist.WorkItem" else [(p,) for h in scope.holds for p in h.permissions]
        for permission in set(asked):
            # Without the order, which may join the record a row belongs to: that one is asked for by itself.
            rows = model._default_manager.within(scope, *permission).order_by()
            due = set(rows.values_list("pk", flat=True))
            with rls.acting(scope):
                shown = set(rows.all().values_list("pk", flat=True))
            if shown != due:
                lost[person.name, permission] = len(due - shown)
    assert lost == {}


@bound
def test_everybody_reaches_exactly_the_households_of_their_places_and_assignments(world: World):
    """Held against region codes and the role list, without Scope; a query without `within` on purpose."""
    wrong = {}
    for person, scope in people(world):
        mine = {t.row.household_id for t in world.targets["helper"] if t.row.user_id == person.user.pk and t.row.until is None}
        helper = any(h.placed and not h.code for h in person.holds)
        places = tuple(h.code for h in person.holds if h.placed and h.code)
        due = {h.pk for h in Household.objects.select_related("region") if h.region.code.startswith(places) or (helper and h.pk in mine)}
        with rls.acting(scope):
            reached = set(Household.objects.values_list("pk", flat=True))
            members = set(Member.objects.values_list("household_id", flat=True))
        if person.state != "anonymous" and (reached != due or not members <= due):
            wrong[person.name] = (len(reached - due), len(due - reached))
    assert wrong == {}


@pytest.mark.usefixtures("undone")
def test_a_list_that_forgot_within_is_stopped_by_the_database(world: World, monkeypatch):
    """The planted bug is real: without row-level security the page shows the other district."""
    keep_signed_in()
    monkeypatch.setattr(HouseholdQuerySet, "within", lambda self, *_a, **_k: self)
    client = client_for(world.person("office_clerk@440513-fpb"))
    shown = client.get("/registry/?all=1&per_page=100").content.decode()
    own = {t.row.code for t in world.targets["household"] if t.code.startswith("440513")}
    others = {t.row.code for t in world.targets["household"]} - own
    assert {code for code in own if code in shown} == own
    leaked = {code for code in others if code in shown}
    assert leaked == (set() if connection.vendor == "postgresql" and settings.SHOUWANG_DATABASE_ROLE else others)


@bound
@pytest.mark.parametrize("name", ["office_clerk@440513-fpb", "town_clerk@440513100-zf", None])
@pytest.mark.usefixtures("undone")
def test_a_job_reaches_what_its_requester_reaches_and_a_system_job_everything(world: World, monkeypatch, name):
    monkeypatch.setattr(handlers, "_kinds", {})
    handlers.register("t.count", lambda _run: {"reached": Household.objects.count()}, "计数")
    by = scope_of(world.person(name).user, TODAY) if name else Scope.system()
    job = enqueue("t.count", by=by, args={}, key="row-security", today=TODAY)
    assert Worker().step(timezone.now())
    job.refresh_from_db()
    code = {"office_clerk@440513-fpb": "440513", "town_clerk@440513100-zf": "440513100", None: ""}[name]
    expected = Household.objects.filter(region__code__startswith=code).count()
    assert job.result == {"reached": expected}
    assert expected > 0
