"""Routes of the registry."""

from django.urls import URLPattern, URLResolver, include, path

from shouwang.kernel.lists import export_page, list_page
from shouwang.ledgers.registry import card_pages, edit_pages, pages, paper_pages, visit_pages
from shouwang.ledgers.registry.tables import HOUSEHOLDS, MEMBERS
from shouwang.ledgers.registry.visit_tables import VISITS

urlpatterns: list[URLPattern | URLResolver] = [
    path("", list_page(HOUSEHOLDS, "registry/list.html"), name="registry_households"),
    path("export/", export_page(HOUSEHOLDS), name="registry_households_export"),
    path("members/", list_page(MEMBERS, "registry/list.html"), name="registry_members"),
    path("members/export/", export_page(MEMBERS), name="registry_members_export"),
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
