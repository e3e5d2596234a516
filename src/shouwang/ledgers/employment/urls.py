"""Routes of the employment ledger."""

from __future__ import annotations

from django.urls import URLPattern, path

from shouwang.kernel.lists import export_page, list_page
from shouwang.ledgers.employment.pages import labour
from shouwang.ledgers.employment.tables.labour import RECORDS, TRAININGS, WORKERS

urlpatterns: list[URLPattern] = [
    path("", list_page(WORKERS, "employment/workers.html"), name="employment_workers"),
    path("export/", export_page(WORKERS), name="employment_workers_export"),
    path("records/", list_page(RECORDS), name="employment_records"),
    path("records/export/", export_page(RECORDS), name="employment_records_export"),
    path("trainings/", list_page(TRAININGS), name="employment_trainings"),
    path("trainings/export/", export_page(TRAININGS), name="employment_trainings_export"),
    path("next/", labour.next_call, name="employment_next"),
    path("workers/<int:pk>/", labour.worker, name="employment_worker"),
    path("workers/<int:pk>/survey/", labour.survey, name="employment_survey"),
    path("workers/<int:pk>/confirm/", labour.confirm, name="employment_confirm"),
    path("workers/<int:pk>/call/", labour.call, name="employment_call"),
    path("workers/<int:pk>/work/", labour.record_work, name="employment_record_work"),
    path("workers/<int:pk>/training/", labour.record_training, name="employment_record_training"),
    path("workers/<int:pk>/circumstances/", labour.circumstances, name="employment_circumstances"),
    path("records/<int:pk>/end/", labour.end_work, name="employment_end_work"),
]
