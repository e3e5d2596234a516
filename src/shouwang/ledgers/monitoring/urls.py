"""Routes of the monitoring ledger."""

from django.urls import include, path

from shouwang.kernel.lists import export_page, list_page
from shouwang.ledgers.monitoring.pages import cases, leads
from shouwang.ledgers.monitoring.tables import CASES, LEADS

urlpatterns = [
    path("leads/", list_page(LEADS, "monitoring/leads.html"), name="monitoring_leads"),
    path("leads/export/", export_page(LEADS), name="monitoring_leads_export"),
    path("leads/<int:pk>/", leads.lead, name="monitoring_lead"),
    path("report/", leads.find, name="monitoring_find"),
    path("report/<int:pk>/", leads.report, name="monitoring_report"),
    path("cases/", list_page(CASES), name="monitoring_cases"),
    path("cases/export/", export_page(CASES), name="monitoring_cases_export"),
    path("cases/<int:pk>/", cases.case, name="monitoring_case"),
    path("", include("shouwang.ledgers.monitoring.watch.urls")),
]
