"""Each conformance check passes the sound ledger and names the fault of a spoilt one."""

from dataclasses import replace

import pytest
from django.db import models
from django.test.utils import isolate_apps
from django.urls import path

from shouwang.kernel import figures, testing
from shouwang.kernel.accounts.models import Office
from shouwang.kernel.lifecycle import Lifecycle, State
from shouwang.kernel.lists import export_page, list_page
from shouwang.kernel.privacy.classes import Group, open_to_scope, personal, sensitive
from shouwang.kernel.regions.models import Region
from shouwang.kernel.tables import Column
from shouwang.ledgers.registry.models import Household, Member
from tests.conformance import fake
from tests.conformance.fake import CYCLE, LEDGER, NOW, OFFICES, SAMPLE, TOWNS
from tests.factories.accounts import small_city

urlpatterns = [
    path("fake/offices/", list_page(OFFICES), name="fake_offices"),
    path("fake/offices/export/", export_page(OFFICES), name="fake_offices_export"),
    path("fake/word/", lambda _r: None, name="fake_word"),
]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture
def city(db):  # noqa: ARG001 - opens the database
    return small_city()


class Lax(Lifecycle):
    """Lets every move through."""

    def check(self, record, move):  # noqa: ARG002 - the signature of what it replaces
        return self.moves[move]


def places(city) -> list:
    return [r.place for r in (city.city, *city.counties, *city.towns, *city.villages)]


def scope_at(region: Region, *more: str) -> testing.Scope:
    return testing.holding(fake.VIEW, region.place, None, *more)


def cycle_with(**kw) -> testing.Ledger:
    return replace(LEDGER, lifecycles=(replace(CYCLE, **kw),))


def table_with(**kw) -> testing.Ledger:
    return replace(LEDGER, tables=(replace(OFFICES, **kw),))


def test_sound_ledger_passes_every_check(city, monkeypatch):
    monkeypatch.setattr(figures, "_installed", {TOWNS.code: TOWNS})
    here = scope_at(city.city)
    rows = list(Office.objects.select_related("region"))
    assert testing.declaration(LEDGER) == []
    classes = {"code": open_to_scope(), "contact_line": personal(Group.CONTACT), "red_head": sensitive(Group.INCOME)}
    monkeypatch.setattr(Office, "privacy", classes, raising=False)
    monkeypatch.setattr(Region, "privacy", {"name": open_to_scope()}, raising=False)
    assert testing.lifecycles(LEDGER) == testing.privacy(LEDGER) == []
    assert testing.table_declaration(OFFICES, LEDGER.permissions) == []
    assert testing.reach(OFFICES, SAMPLE, rows, places(city)) == []
    Office.objects.filter(red_head="").update(red_head="CANARY", contact_line="13900139000")
    assert testing.withheld(OFFICES, here, NOW) == []
    assert testing.figure_declaration(TOWNS, [TOWNS.code]) == []
    assert testing.figure_rows(TOWNS, NOW.date(), city.city.place, here, NOW) == []
    assert testing.figure_rows(TOWNS, NOW.date(), city.counties[0].place, scope_at(city.counties[0]), NOW) == []


@isolate_apps("tests.conformance")
def test_model_that_points_to_a_household_needs_a_hook():
    class Visit(models.Model):
        household = models.ForeignKey(Household, models.PROTECT, related_name="+")

        class Meta:
            app_label = "fake"

        def __str__(self) -> str:
            return ""

    deaf = replace(LEDGER, models=(fake.Paper, Visit))
    words = "fake.Visit.household points to registry.Household, and the ledger has no on_household_change"
    assert testing.stragglers(deaf, (Household, Member)) == [words]
    assert testing.stragglers(replace(deaf, on_household_change=lambda _shift: None), (Household, Member)) == []


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        (replace(LEDGER, permissions={**LEDGER.permissions, "other.view": "看"}), "other.view does not start with fake."),
        (replace(LEDGER, permissions={**LEDGER.permissions, "fake.more": "more"}), "permission fake.more lacks a description"),
        (replace(LEDGER, verbs=(fake.GIVE, fake.GIVE)), "verb fake.handover.give is declared twice"),
        (replace(LEDGER, verbs=(replace(fake.GIVE, sentence=""),)), "verb fake.handover.give has no sentence"),
        (
            replace(LEDGER, verbs=(replace(fake.GIVE, permission="fake.no"),)),
            "verb fake.handover.give needs fake.no, which nobody declares",
        ),
        (replace(LEDGER, menu=(replace(LEDGER.menu[0], permission="fake.no"),)), "menu 机构 needs fake.no, which nobody declares"),
        (replace(LEDGER, menu=(replace(LEDGER.menu[0], url_name="nowhere"),)), "menu 机构: no route is called nowhere"),
        (replace(LEDGER, tables=(OFFICES, OFFICES)), "table fake_offices is declared twice"),
    ],
)
def test_spoilt_declaration_is_named(spoilt, words):
    assert words in testing.declaration(spoilt)


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        (cycle_with(initial="nowhere"), "handover: unknown state nowhere"),
        (cycle_with(moves={"give": CYCLE.moves["give"]}), "handover: taken cannot be reached"),
        (cycle_with(moves={"give": CYCLE.moves["give"]}), "handover: given has no way out"),
        (cycle_with(states={**CYCLE.states, "given": State("拟稿", "接收人")}), "handover: two states are called 拟稿"),
        (cycle_with(states={**CYCLE.states, "given": State("移交人已签", "")}), "handover: nobody owns given"),
        (cycle_with(states={**CYCLE.states, "given": State("改名", "接收人")}), "handover: no model has a field state with these states"),
        (replace(LEDGER, verbs=(fake.GIVE,)), "handover: the verb of 签字接收 is not among the ledger's"),
        (replace(LEDGER, lifecycles=(Lax(**vars(CYCLE)),)), "handover: give from given is not refused in words"),
    ],
)
def test_spoilt_lifecycle_is_named(spoilt, words):
    assert words in testing.lifecycles(spoilt)


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        (replace(OFFICES, key="fake.offices"), "table key fake.offices cannot be part of an element id"),
        (replace(OFFICES, columns=(*OFFICES.columns, OFFICES.columns[0])), "fake_offices: column code stands twice"),
        (replace(OFFICES, filters=(replace(OFFICES.filters[0], key="page"),)), "fake_offices: filter page hides a parameter of the list"),
        (replace(OFFICES, export_permission="fake.no"), "fake_offices: fake.no is not declared"),
        (replace(OFFICES, url_name="fake_word"), "fake_offices: no route is called fake_word_export"),
        (replace(OFFICES, definition=""), "fake_offices: an export states a definition, and there is none"),
        (
            replace(OFFICES, quick_views=(replace(OFFICES.quick_views[0], filters={"kind": "palace"}),)),
            "fake_offices: quick view towns: 筛选条件“类别”的值“palace”无效，已忽略。请在筛选栏重新选择。",
        ),
    ],
)
def test_spoilt_table_is_named(spoilt, words):
    assert words in testing.table_declaration(spoilt, LEDGER.permissions)


@pytest.mark.parametrize(
    "base",
    [
        lambda _s: Office.objects.all(),
        lambda _s: Office.objects.none(),
        lambda s: Office.objects.filter(county_id__in=[p.id for p in s.places(fake.VIEW)]),
        lambda s: Office.objects.filter(region_id__in=[p.id for p in s.places(fake.VIEW)]),
        lambda s: Office.objects.filter(s.q(fake.VIEW)) if s.holds else Office.objects.all(),
        lambda s: (
            Office.objects.filter(region__code__startswith=s.places(fake.VIEW)[0].code.rstrip("0"))
            if s.places(fake.VIEW)
            else Office.objects.none()
        ),
    ],
)
def test_rows_outside_the_scope_or_missing_are_named(city, base):
    Region.objects.create(code="440510000000", name="形似区", level=3, parent=city.city, city=city.city, year_from=2018)
    rows = list(Office.objects.select_related("region"))
    look_alike = Region.objects.get(code="440510000000")
    found = testing.reach(replace(OFFICES, base=base), SAMPLE, rows, [*places(city), look_alike.place])
    assert found


def test_query_per_row_is_named(city):
    first, second = city.villages[:2]
    assert testing.query_counts(OFFICES, lambda: fake.make(first), scope_at(first), NOW) == []
    loose = replace(OFFICES, base=lambda s: Office.objects.filter(s.q(fake.VIEW)))
    found = testing.query_counts(loose, lambda: fake.make(second), scope_at(second), NOW)
    assert len(found) == 1
    assert found[0].startswith("fake_offices: ")


def test_value_that_is_not_masked_or_withheld_is_named(city, monkeypatch):
    fake.make(city.villages[0])
    here = scope_at(city.villages[0])
    monkeypatch.setattr("shouwang.kernel.tables.mask", lambda _kind, value: value)
    assert testing.withheld(OFFICES, here, NOW) == ["fake_offices.contact shows a masked value whole"]
    monkeypatch.undo()
    monkeypatch.setattr(testing.Table, "open_to", lambda *_: True)
    assert testing.withheld(OFFICES, here, NOW) == [
        "fake_offices.head can be sorted by who does not see it",
        "fake_offices.head shows the group income to who does not see it",
        "fake_offices: filter head is offered to who does not see its group",
    ]


def test_personal_field_in_the_open_is_named(monkeypatch):
    monkeypatch.setattr(Office, "privacy", {"code": personal(Group.IDENTITY)}, raising=False)
    found = testing.privacy(LEDGER)
    assert "fake_offices.code shows a personal field unmasked to everyone in scope" in found
    sorted_mask = Column("phone", "电话", "contact_line", mask="phone", sort="contact_line")
    found = testing.privacy(table_with(columns=(sorted_mask,)))
    assert "fake_offices.phone is masked but its order gives it away" in found
    monkeypatch.setattr(fake.Paper, "privacy", {})
    assert "fake.Paper.state has no privacy class" in testing.privacy(LEDGER)


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        (replace(TOWNS, definition="数"), "fake.towns: no definition in words"),
        (replace(TOWNS, unit=""), "fake.towns: name or unit is missing"),
        (replace(TOWNS, denominator="fake.none"), "fake.towns: its denominator fake.none does not exist"),
    ],
)
def test_spoilt_figure_is_named(spoilt, words):
    assert words in testing.figure_declaration(spoilt, [TOWNS.code])


@pytest.mark.parametrize(
    ("drill", "words"),
    [
        ("/fake/offices/", "fake.towns: counts 4 rows, /fake/offices/ lists 21"),
        ("/fake/offices/?kind=palace", "fake.towns: 筛选条件“类别”的值“palace”无效，已忽略。请在筛选栏重新选择。"),
        ("/fake/nowhere/", "fake.towns: no page at /fake/nowhere/"),
        ("/fake/word/", "fake.towns: /fake/word/ is no list page"),
    ],
)
def test_figure_that_does_not_drill_down_to_its_rows_is_named(city, drill, words):
    assert words in testing.figure_rows(replace(TOWNS, drill=drill), NOW.date(), city.city.place, scope_at(city.city), NOW)


def test_roles_and_declarations_are_held_against_each_other():
    from shouwang.kernel.accounts.roles import roles

    held = {p: "说明" for role in roles().values() for p in role.permissions | role.office_permissions}
    assert testing.roles_match([], held) == []
    assert testing.roles_match([], {**held, "fake.view": "看"}) == ["no role holds fake.view"]
    del held["registry.view"]
    assert testing.roles_match([], held) == ["roles hold registry.view, which nobody declares"]
