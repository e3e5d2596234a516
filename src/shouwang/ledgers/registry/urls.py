"""Routes of the registry."""

from django.urls import URLPattern, URLResolver, include, path

from shouwang.kernel.lists import export_page, list_page
from shouwang.ledgers.registry import (
    card_pages,
    edit_pages,
    finding_pages,
    lookalike_pages,
    pages,
    paper_pages,
    reshape_pages,
    visit_pages,
)
from shouwang.ledgers.registry.change_tables import LOOKALIKE_PAIRS
from shouwang.ledgers.registry.finding_tables import FINDINGS
from shouwang.ledgers.registry.intake.export import SHEET
from shouwang.ledgers.registry.tables import HOUSEHOLDS, MEMBERS
from shouwang.ledgers.registry.visit_tables import VISITS

urlpatterns: list[URLPattern | URLResolver] = [
    path("", list_page(HOUSEHOLDS, "registry/list.html"), name="registry_households"),
    path("export/", export_page(HOUSEHOLDS), name="registry_households_export"),
    path("members/", list_page(MEMBERS, "registry/list.html"), name="registry_members"),
    path("members/export/", export_page(MEMBERS), name="registry_members_export"),
    path("sheet/", list_page(SHEET, "registry/list.html"), name="registry_sheet"),
    path("sheet/export/", export_page(SHEET), name="registry_sheet_export"),
    path("findings/", list_page(FINDINGS), name="registry_findings"),
    path("findings/export/", export_page(FINDINGS), name="registry_findings_export"),
    path("findings/<int:pk>/accept/", finding_pages.accept, name="registry_finding_accept"),
    path("findings/<int:pk>/reopen/", finding_pages.reopen, name="registry_finding_reopen"),
    path("find/", pages.find, name="registry_find"),
    path("reveal/<slug:kind>/<int:pk>/<slug:field>/", pages.reveal, name="registry_reveal"),
    path("<int:pk>/", pages.household, name="registry_household"),
    path("<int:pk>/print/", pages.print_view, name="registry_print"),
    path("<int:pk>/edit/", edit_pages.edit_household, name="registry_edit"),
    path("<int:pk>/members/new/", edit_pages.add_member, name="registry_add_member"),
    path("<int:pk>/incomes/new/", edit_pages.record_income, name="registry_record_income"),
    path("<int:pk>/status/<slug:move>/", edit_pages.change_status, name="registry_status"),
    path("<int:pk>/helpers/new/", edit_pages.assign_helper, name="registry_assign_helper"),
    path("members/<int:pk>/edit/", edit_pages.edit_member, name="registry_edit_member"),
    path("members/<int:pk>/leave/", edit_pages.leave, name="registry_leave"),
    path("incomes/<int:pk>/edit/", edit_pages.correct_income, name="registry_correct_income"),
    path("helpers/<int:pk>/end/", edit_pages.end_helper, name="registry_end_helper"),
    path("<int:pk>/split/", reshape_pages.split, name="registry_split"),
    path("<int:pk>/merge/", reshape_pages.merge, name="registry_merge"),
    path("<int:pk>/transfer/", reshape_pages.transfer, name="registry_transfer"),
    path("<int:pk>/move/", reshape_pages.move, name="registry_move"),
    path("changes/", reshape_pages.changes, name="registry_changes"),
    path("changes/<int:pk>/", reshape_pages.change, name="registry_change"),
    path("changes/<int:pk>/<slug:move>/", reshape_pages.step, name="registry_change_step"),
    path("lookalikes/", list_page(LOOKALIKE_PAIRS, "registry/lookalikes.html"), name="registry_lookalikes"),
    path("lookalikes/find/", lookalike_pages.search, name="registry_find_lookalikes"),
    path("lookalikes/<int:pk>/", lookalike_pages.pair, name="registry_lookalike"),
    path("lookalikes/<int:pk>/<slug:move>/", lookalike_pages.decide, name="registry_lookalike_step"),
    path("<int:pk>/history/", pages.changes, name="registry_history"),
    path("cards/", card_pages.batch, name="registry_cards"),
    path("<int:pk>/card/", card_pages.card, name="registry_card"),
    path("reconcile/", include("shouwang.ledgers.registry.reconcile.urls")),
    path("visits/", list_page(VISITS), name="registry_visits"),
    path("visits/export/", export_page(VISITS), name="registry_visits_export"),
    path("<int:pk>/visits/new/", visit_pages.record, name="registry_record_visit"),
    path("visits/<int:pk>/correct/", visit_pages.correct, name="registry_correct_visit"),
    path("visits/<int:pk>/need/", visit_pages.meet_need, name="registry_meet_need"),
    path("<int:pk>/papers/", paper_pages.catalogue, name="registry_papers"),
    path("<int:pk>/papers/add/", paper_pages.add, name="registry_add_paper"),
    path("<int:pk>/papers/waive/", paper_pages.waive, name="registry_waive_paper"),
    path("papers/<int:pk>/remove/", paper_pages.remove, name="registry_remove_paper"),
    path("papers/<int:pk>/ask/", paper_pages.ask_again, name="registry_ask_paper"),
]
