"""Routes of the comparison, below the registry's."""

from django.urls import URLPattern, URLResolver, path

from shouwang.kernel.lists import export_page, list_page
from shouwang.ledgers.registry.reconcile import pages
from shouwang.ledgers.registry.reconcile.tables import DIFFERENCES, RECONCILIATIONS

urlpatterns: list[URLPattern | URLResolver] = [
    path("", list_page(RECONCILIATIONS, "registry/reconcile_list.html"), name="registry_reconciliations"),
    path("new/", pages.upload, name="registry_reconcile_new"),
    path("differences/", list_page(DIFFERENCES), name="registry_differences"),
    path("differences/export/", export_page(DIFFERENCES), name="registry_differences_export"),
    path("differences/<int:pk>/", pages.difference, name="registry_difference"),
    path("<int:pk>/", pages.comparison, name="registry_reconciliation"),
    path("<int:pk>/start/", pages.start, name="registry_reconcile_start"),
]
