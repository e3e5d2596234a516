"""Row-level security: what a session says, what the policies let through, and that nothing is left over."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import DataError, IntegrityError, ProgrammingError, connection, transaction
from django.http import HttpResponse

from shouwang.cli.setup import secure_database
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions import rls, row_policies
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.scope import Hold, OfficeRef, Place, Scope
from shouwang.kernel.web import ScopeMiddleware
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.registry.models import Household
from tests.factories.accounts import grant, make_user, scope, small_city
from tests.factories.registry import add_helper, add_member, make_household

BOUND = connection.vendor == "postgresql" and bool(settings.SHOUWANG_DATABASE_ROLE)
bound = pytest.mark.skipif(not BOUND, reason="row-level security is in force on PostgreSQL where SHOUWANG_DATABASE_ROLE is named")
NOBODY = Scope(user_id=None, user_name="", office=None)


def held(*places: Place | None, office: int | None = None, assigned: bool = False) -> Scope:
    holds = tuple(Hold("test", frozenset({f"p{n}"}), p, office_id=office, assigned=assigned) for n, p in enumerate(places))
    return Scope(user_id=7, user_name="测试", office=None, holds=holds)


class TestVariables:
    def test_nothing_held_is_nothing_reached(self):
        assert rls.variables_of(NOBODY) == rls.NOTHING

    def test_places_of_all_permissions_are_joined_by_level(self):
        places = [Place(12, 4, "1", "镇"), Place(6, 3, "2", "区"), Place(5, 3, "3", "区"), Place(6, 3, "2", "区")]
        wanted = {"county": "5", "more_county": "6", "town": "12", "person": "7"}
        assert rls.variables_of(held(*places)) == {**rls.NOTHING, **wanted}

    def test_a_province_and_the_system_are_everything(self):
        assert rls.variables_of(held(Place(1, 1, "44", "省"))) == rls.EVERYTHING
        assert rls.variables_of(Scope.system()) == rls.EVERYTHING

    def test_offices_are_the_own_and_those_of_who_delegated(self):
        own = replace(held(None, office=9), office=OfficeRef(4, "x", "x", 3, None))
        assert rls.variables_of(own) == {**rls.NOTHING, "offices": "4,9", "person": "7"}

    def test_assigned_records_are_said_so(self):
        assert rls.variables_of(held(None, assigned=True)) == {**rls.NOTHING, "assigned": "on", "person": "7"}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite has no row-level security")
@pytest.mark.django_db
def test_on_sqlite_nothing_changes():
    make_household(small_city().villages[0])
    with rls.acting(NOBODY):
        assert Household.objects.count() == 1
    with pytest.raises(Refused, match="行级安全只用于 PostgreSQL"):
        row_policies.secure("shouwang_web")


@pytest.fixture
def site(settings, db):  # noqa: ARG001 - opens the database
    """As the site's connections start: with nothing."""
    yield lambda: (setattr(settings, "SHOUWANG_COMMAND_LINE", False), rls.deactivate())
    settings.SHOUWANG_COMMAND_LINE = True
    rls.deactivate()


@pytest.fixture
def city(db):  # noqa: ARG001 - opens the database
    """A household with a member in each village."""
    city = small_city()
    for village in city.villages:
        add_member(make_household(village))
    return city


def reached() -> list[str]:
    """Villages of the households reached, by raw SQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT r.code FROM registry_household h JOIN regions_region r ON r.id = h.region_id ORDER BY r.code")
        return [code for (code,) in cursor.fetchall()]


@bound
class TestReading:
    def test_every_placed_table_and_what_belongs_to_it_is_bound(self):
        placed = {m for m in row_policies.protected() if issubclass(m, Placed)}
        assert {m for m in Placed.__subclasses__() if not m._meta.abstract} <= placed
        labels = {m._meta.label for m in row_policies.protected()}
        assert {"dispatch.Duty", "dispatch.Instruction", "dispatch.Passage", "registry.Member", "worklist.WorkItem"} <= labels
        assert not labels & {"accounts.User", "audit.Event", "regions.Region", "accounts.SignIn"}

    @pytest.mark.parametrize("model", row_policies.protected(), ids=lambda m: m._meta.label)
    def test_without_scope_no_plan_reads_a_row(self, site, model, db):  # noqa: ARG002 - opens the database
        """The planner itself knows that nothing can come, but for rows that follow another record."""
        site()
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT TEXT) SELECT * FROM {model._meta.db_table}")  # noqa: S608 - a name from the models
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "One-Time Filter: false" in plan or row_policies.protected()[model].public or "SubPlan" in plan
        assert row_policies.protected()[model].public or not model.objects.exists()

    def test_each_sees_exactly_its_places(self, city, site):
        site()
        for code in ("4405", "440513", "440514", "440513100", "440513100002"):
            rls.activate(held(city.at(code).place))
            assert reached() == sorted(v.code for v in city.villages if v.code.startswith(code))
        rls.activate(held(city.at("440513100").place, city.at("440514101").place, city.at("440514103").place))
        assert {c[:9] for c in reached()} == {"440513100", "440514101", "440514103"}
        rls.activate(Scope.system())
        assert len(reached()) == 8
        rls.activate(NOBODY)
        assert reached() == []

    def test_the_plan_of_a_scoped_query_is_the_same_as_without(self, city, site):
        """The policy is the condition of `within` said twice: the planner sees that, and the index of the list serves."""

        def plan() -> str:
            with connection.cursor() as cursor:
                rows = (
                    Household.objects.filter(county=county, closed_on=None).order_by("-updated_at", "-id").values_list("pk", flat=True)[:20]
                )
                cursor.execute("SET LOCAL enable_seqscan = off")
                cursor.execute(f"EXPLAIN (COSTS OFF) {rows.query}")
                return "\n".join(line for (line,) in cursor.fetchall()).replace("'", "").replace("::bigint", "")

        county = city.at("440513")
        without = plan()
        site()
        rls.activate(held(county.place))
        assert plan() == without
        assert "Index" in without
        assert f"county_id = {county.pk}" in without

    def test_a_number_is_found_by_its_tag_and_only_inside(self, city, site):
        for household in Household.objects.select_related("region"):
            household.phone = "13800138000"
            household.save()
        site()
        rls.activate(held(city.at("440513").place))
        assert Household.objects.filter(phone__blind="138 0013 8000").count() == 4
        assert Household.objects.exclude(phone__blind="13900139000").count() == 4
        assert Household.objects.filter(phone__blind="13900139000").count() == 0

    def test_a_helper_reaches_the_households_looked_after_and_no_others(self, city, site):
        user = make_user("helper", city.offices["4405-rsj"], "helper")
        mine, past = Household.objects.get(region=city.at("440513100001")), Household.objects.get(region=city.at("440514101201"))
        add_helper(mine, user=user)
        add_helper(past, user=user, until="2020-01-01")
        site()
        rls.activate(scope(user))
        assert reached() == ["440513100001"]
        assert [m.household_id for m in mine.members.model.objects.all()] == [mine.pk]

    def test_an_office_reaches_its_own_records_elsewhere(self, city, site):
        user = make_user("clerk", city.offices["440513-nyj"], "department_clerk")
        item = WorkItem(
            ledger="x", record_id="1", kind="k", title="t", action="a", url="/", office=user.office, assigned_at="2020-02-17T08:00Z"
        )
        item.put_in(city.at("440514"))
        item.save()
        site()
        rls.activate(scope(user))
        assert WorkItem.objects.count() == 1
        rls.activate(held(city.at("440513").place))
        assert WorkItem.objects.count() == 0


@bound
class TestWriting:
    def test_nothing_is_written_without_scope(self, city, site):
        site()
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            make_household(city.villages[0])
        assert Household.objects.update(head_name="改") == 0
        assert Household.objects.all().delete()[0] == 0

    def test_outside_the_places_is_refused_and_inside_taken(self, city, site):
        site()
        rls.activate(held(city.at("440513").place))
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            make_household(city.at("440514101201"))
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Household.objects.update(county=city.at("440514"), city=None, town=None, village=None)
        assert Household.objects.update(head_name="改") == 4
        make_household(city.at("440513100001"))
        rls.activate(Scope.system())
        assert Household.objects.filter(head_name="改").count() == 4
        assert Household.objects.count() == 9

    def test_offices_are_read_by_all_and_written_at_the_places(self, city, site):
        site()
        assert type(city.offices["4405-fpb"]).objects.count() == len(city.offices)
        rls.activate(held(city.at("440513").place))
        assert type(city.offices["4405-fpb"]).objects.update(contact_line="改") == sum(c.startswith("440513") for c in city.offices)


@bound
class TestLeftovers:
    def test_blocks_end_where_they_began(self, city, site):
        site()
        rls.activate(held(city.at("440513100").place))
        with rls.everywhere():
            assert len(reached()) == 8
            with rls.acting(held(city.at("440514").place)):
                assert len(reached()) == 4
            assert len(reached()) == 8
        assert len(reached()) == 2

    def test_an_error_of_the_database_leaves_no_wider_reach(self, city, site):
        site()
        rls.activate(held(city.at("440513100").place))
        code = Household.objects.values_list("code", flat=True)[0]
        with pytest.raises(IntegrityError), transaction.atomic(), rls.everywhere():
            make_household(city.villages[0], code=code)
        assert len(reached()) == 2
        with pytest.raises(IntegrityError), rls.everywhere(), transaction.atomic():
            make_household(city.villages[0], code=code)
        assert len(reached()) == 2

    def test_a_request_that_raises_leaves_nothing_on_the_connection(self, city, site, rf):
        user, seen = make_user("clerk", city.offices["440513-fpb"], "office_clerk"), []
        site()

        def fails(_request):
            seen.append(len(reached()))
            raise RuntimeError

        def answers(_request):
            seen.append(len(reached()))
            return HttpResponse()

        backend = connection.connection.info.backend_pid
        for respond in (fails, answers):
            request = rf.get("/")
            request.user, request.session = user, {}
            try:
                ScopeMiddleware(respond)(request)
            except RuntimeError:
                assert respond is fails
            assert reached() == []
        assert seen == [4, 4]
        assert connection.connection.info.backend_pid == backend  # it was one connection all the time

    def test_what_a_dead_process_left_is_gone_before_the_next_answer(self, city, site, rf, django_user_model):  # noqa: ARG002 - a model, not used
        town = make_user("town", city.offices["440513100-zf"], "town_clerk")
        site()
        rls.activate(held(city.city.place))  # and no deactivate: as if the process had died inside the request
        request, seen = rf.get("/"), []
        request.user, request.session = town, {}
        ScopeMiddleware(lambda _r: seen.append(len(reached())) or HttpResponse())(request)
        assert seen == [2]

    def test_no_plan_outlives_a_change_of_scope(self, city, site):
        site()
        with connection.cursor() as cursor:
            rls.activate(Scope.system())
            cursor.execute("PREPARE every_household AS SELECT count(*) FROM registry_household")
            cursor.execute("SET plan_cache_mode = force_generic_plan")
            for reach, wanted in ((Scope.system(), 8), (held(city.at("440513100").place), 2), (NOBODY, 0), (held(city.city.place), 8)):
                rls.activate(reach)
                cursor.execute("EXECUTE every_household")
                assert cursor.fetchone() == (wanted,)


def faults(settings, **own) -> list[str]:
    settings.SHOUWANG_COMMAND_LINE, settings.SHOUWANG_PRODUCTION = False, own.get("production", True)
    found = [e.id for e in row_policies.site_is_bound(databases=["default"])]
    settings.SHOUWANG_COMMAND_LINE = True
    return found


@bound
@pytest.mark.django_db
class TestCheck:
    def test_the_sites_role_passes(self, settings):
        assert faults(settings) == []

    def test_an_owner_or_superuser_does_not_start_the_site(self, settings):
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            assert faults(settings) == ["shouwang.E011"]
            assert faults(settings, production=False) == ["shouwang.E011"]  # a role is named: somebody wants to be bound
            settings.SHOUWANG_DATABASE_ROLE = ""
            assert faults(settings, production=False) == []
            # An owner that is no superuser, and one who merely belongs to the owner.
            cursor.execute("CREATE ROLE an_owner; CREATE ROLE a_member IN ROLE an_owner; ALTER TABLE registry_household OWNER TO an_owner")
            for role in ("an_owner", "a_member"):
                cursor.execute(f"SET ROLE {role}")
                assert faults(settings) == ["shouwang.E011"]
                cursor.execute("RESET ROLE")

    def test_a_table_without_policy_or_an_old_one_does_not_start_the_site(self, settings):
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE; ALTER TABLE registry_member NO FORCE ROW LEVEL SECURITY; SET ROLE shouwang_web")
            assert faults(settings) == ["shouwang.E012"]
            cursor.execute("RESET ROLE; ALTER TABLE registry_member FORCE ROW LEVEL SECURITY")
            cursor.execute("COMMENT ON FUNCTION shouwang_scope(text) IS 'older'; SET ROLE shouwang_web")
            assert faults(settings) == ["shouwang.E012"]

    def test_prepared_statements_do_not_start_the_site(self, settings):
        connection.settings_dict["OPTIONS"]["prepare_threshold"] = 5
        try:
            assert faults(settings) == ["shouwang.E010"]
        finally:
            del connection.settings_dict["OPTIONS"]["prepare_threshold"]

    def test_a_role_that_cannot_be_taken_on_is_named(self, settings, monkeypatch):
        settings.SHOUWANG_DATABASE_ROLE = "nobody_web"

        def refuse():
            raise DataError('role "nobody_web" does not exist')

        monkeypatch.setattr(connection, "cursor", refuse)
        assert faults(settings) == ["shouwang.E013"]

    def test_the_command_line_is_not_asked(self):
        assert row_policies.site_is_bound(databases=["default"]) == []


@bound
@pytest.mark.django_db
class TestSecuring:
    def test_again_changes_nothing_and_says_what_it_did(self, settings):
        def state() -> list[tuple[object, ...]]:
            cursor.execute("SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2")
            return cursor.fetchall()

        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            before = state()
            done = CliRunner().invoke(secure_database)
            assert (done.exit_code, done.output) == (
                0,
                f"{len(row_policies.protected())} 张表的行级安全已建立，角色 shouwang_web 可供网站使用。\n",
            )
            assert state() == before
            cursor.execute("SET ROLE shouwang_web")
            assert faults(settings) == []

    def test_an_owner_without_superuser_rights_sets_it_up_and_is_bound_by_it(self, city):
        with connection.cursor() as cursor:
            cursor.execute(
                "SET CONSTRAINTS ALL IMMEDIATE; RESET ROLE; CREATE ROLE plain_owner CREATEROLE; GRANT shouwang_web TO plain_owner WITH ADMIN OPTION"
            )
            cursor.execute("ALTER SCHEMA public OWNER TO plain_owner")
            cursor.execute(
                "SELECT format('ALTER TABLE %I OWNER TO plain_owner', tablename) FROM pg_tables WHERE schemaname = 'public' UNION ALL"
                " SELECT format('ALTER FUNCTION %s OWNER TO plain_owner', oid::regprocedure) FROM pg_proc WHERE starts_with(proname, 'shouwang_')"
            )
            cursor.execute("; ".join(statement for (statement,) in cursor.fetchall()))
            cursor.execute("SET ROLE plain_owner")
            assert row_policies.secure("shouwang_web") == len(row_policies.protected())
            rls.activate(NOBODY)
            assert reached() == []
            cursor.execute("SET ROLE shouwang_web")
            user = make_user("helper", city.offices["4405-rsj"], "helper")
            with rls.everywhere():
                add_helper(Household.objects.get(region=city.at("440513100001")), user=user)
            rls.activate(scope(user))
            assert reached() == ["440513100001"]  # through a function of the owner's
            rls.activate(Scope.system())

    def test_the_site_changes_no_table_and_forges_no_policy(self):
        for statement in ("DROP POLICY shouwang_rows ON registry_household", "ALTER TABLE registry_household DISABLE ROW LEVEL SECURITY"):
            with pytest.raises(ProgrammingError, match="must be owner"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations")

    @pytest.mark.parametrize("role", ["postgres", "an_owner"])
    def test_a_role_above_the_policies_is_refused(self, role):
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE; CREATE ROLE an_owner BYPASSRLS")
            with pytest.raises(Refused, match="不能供网站使用"):
                row_policies.secure(role)

    def test_another_database_of_the_server_making_the_same_role_meanwhile_is_no_fault(self):
        parameters = {k: v for k, v in connection.get_connection_params().items() if k in ("dbname", "host", "port", "user", "password")}
        with psycopg.connect(**parameters) as rival, connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            rival.execute("CREATE ROLE made_twice")  # seen by nobody before its commit, for which secure() has to wait
            later = threading.Timer(0.3, rival.commit)
            later.start()
            with transaction.atomic():
                assert row_policies.secure("made_twice") == len(row_policies.protected())
                transaction.set_rollback(True)  # lets go of the role
            later.join()
            rival.execute("DROP ROLE made_twice")
            cursor.execute("SET ROLE shouwang_web")

    def test_without_a_role_the_command_says_how_to_name_one(self, settings):
        settings.SHOUWANG_DATABASE_ROLE = ""
        done = CliRunner().invoke(secure_database)
        assert done.exit_code == 1
        assert "请设置 SHOUWANG_DATABASE_ROLE" in done.output


def test_only_the_work_list_and_taken_numbers_reach_beyond_who_acts():
    """The closed list of ARCHITECTURE.md; the worker's chores are the system's."""
    source = Path(rls.__file__).parents[2]
    users = [str(p.relative_to(source)) for p in source.rglob("*.py") if "rls.everywhere()" in p.read_text("utf-8")]
    assert sorted(users) == [
        "kernel/jobs/worker.py",
        "kernel/worklist/actions.py",
        "ledgers/employment/actions/counting.py",
        "ledgers/employment/actions/posts.py",
        "ledgers/employment/post_queries.py",
        "ledgers/impact/actions.py",
        "ledgers/monitoring/work.py",
        "ledgers/produce/actions.py",
        "ledgers/produce/card_words.py",
        "ledgers/registry/checking.py",
        "ledgers/registry/intake/judging.py",
        "ledgers/registry/intake/suspects.py",
        "ledgers/registry/queries.py",
        "ledgers/registry/reshape.py",
        "ledgers/registry/reshape_pages.py",
    ]


def test_two_hats_reach_both_places(db):  # noqa: ARG001 - opens the database
    """What one role allows here and another there is all reached; which permission holds where stays with `within`."""
    city = small_city()
    user = make_user("two", city.offices["440513100-zf"], "town_clerk")
    grant(user, "village_officer", city.at("440514"))
    told = rls.variables_of(scope(user))
    assert (told["county"], told["town"]) == (str(city.at("440514").pk), str(city.at("440513100").pk))
