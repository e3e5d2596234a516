"""Routes of the monitoring ledger."""

from django.urls import include, path

from shouwang.kernel.lists import export_page, list_page
from shouwang.ledgers.monitoring.discrepancy_table import DISCREPANCIES
from shouwang.ledgers.monitoring.pages import care, cases, county, discrepancies, leads, village
from shouwang.ledgers.monitoring.record_tables import BATCHES, MONITORED, POSTINGS
from shouwang.ledgers.monitoring.tables import CASES, FOLLOW_UPS, LEADS

urlpatterns = [
    path("leads/", list_page(LEADS, "monitoring/leads.html"), name="monitoring_leads"),
    path("leads/export/", export_page(LEADS), name="monitoring_leads_export"),
    path("leads/<int:pk>/", leads.lead, name="monitoring_lead"),
    path("outcomes/", leads.outcomes, name="monitoring_outcomes"),
    path("report/", leads.find, name="monitoring_find"),
    path("report/<int:pk>/", leads.report, name="monitoring_report"),
    path("cases/", list_page(CASES), name="monitoring_cases"),
    path("cases/export/", export_page(CASES), name="monitoring_cases_export"),
    path("cases/<int:pk>/", cases.case, name="monitoring_case"),
    path("cases/<int:pk>/check/", cases.check, name="monitoring_check"),
    path("cases/<int:pk>/authorise/", cases.authorise, name="monitoring_authorise"),
    path("cases/<int:pk>/hand-down/", cases.hand_down, name="monitoring_hand_down"),
    path("cases/<int:pk>/postpone/", cases.postpone, name="monitoring_postpone"),
    path("cases/<int:pk>/back/", cases.send_back, name="monitoring_send_back"),
    path("cases/<int:pk>/review/", cases.review, name="monitoring_review"),
    path("cases/<int:pk>/settle/", cases.settle, name="monitoring_settle"),
    path("cases/<int:pk>/object/", cases.object_to, name="monitoring_object"),
    path("objections/<int:pk>/answer/", cases.answer, name="monitoring_answer"),
    path("cases/<int:pk>/return/", county.return_row, name="monitoring_return_row"),
    path("villages/<int:pk>/appraise/", village.appraise, name="monitoring_appraise"),
    path("villages/<int:pk>/post/", village.post, name="monitoring_post"),
    path("appraisals/<int:pk>/", village.appraisal, name="monitoring_appraisal"),
    path("postings/", list_page(POSTINGS), name="monitoring_postings"),
    path("postings/<int:pk>/", village.posting, name="monitoring_posting"),
    path("postings/<int:pk>/sheet/", village.sheet, name="monitoring_sheet"),
    path("postings/<int:pk>/close/", village.close, name="monitoring_close_posting"),
    path("batches/", list_page(BATCHES), name="monitoring_batches"),
    path("batches/<int:pk>/", county.batch, name="monitoring_batch"),
    path("batches/<int:pk>/decide/", county.decide, name="monitoring_decide"),
    path("batches/<int:pk>/drop/", county.drop, name="monitoring_drop_batch"),
    path("counties/<int:pk>/batch/", county.new, name="monitoring_batch_new"),
    path("households/", list_page(MONITORED), name="monitored"),
    path("households/export/", export_page(MONITORED), name="monitored_export"),
    path("households/<int:pk>/", care.household, name="monitoring_household"),
    path("households/<int:pk>/start/<slug:purpose>/", cases.start, name="monitoring_start"),
    path("households/<int:pk>/measures/", care.add_measure, name="monitoring_add_measure"),
    path("measures/<int:pk>/end/", care.end_measure, name="monitoring_end_measure"),
    path("follow-ups/", list_page(FOLLOW_UPS), name="monitoring_follow_ups"),
    path("follow-ups/export/", export_page(FOLLOW_UPS), name="monitoring_follow_ups_export"),
    path("follow-ups/<int:pk>/", care.follow_up, name="monitoring_follow_up"),
    path("discrepancies/", list_page(DISCREPANCIES), name="monitoring_discrepancies"),
    path("discrepancies/export/", export_page(DISCREPANCIES), name="monitoring_discrepancies_export"),
    path("discrepancies/<int:pk>/", discrepancies.discrepancy, name="monitoring_discrepancy"),
    path("discrepancies/<int:pk>/answer/", discrepancies.answer, name="monitoring_discrepancy_answer"),
    path("", include("shouwang.ledgers.monitoring.watch.urls")),
]
