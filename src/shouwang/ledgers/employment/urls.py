"""Routes of the employment ledger."""

from __future__ import annotations

from django.urls import URLPattern, path

from shouwang.kernel.lists import export_page, list_page
from shouwang.ledgers.employment.pages import labour, matching, posts
from shouwang.ledgers.employment.tables.labour import RECORDS, TRAININGS, WORKERS
from shouwang.ledgers.employment.tables.posts import EMPLOYERS, LINES, OFFERS, PLANS, POSTS, PRIORITY

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
    path("workers/<int:pk>/offer/", posts.offer_post, name="employment_offer"),
    path("employers/", list_page(EMPLOYERS, "employment/employers.html"), name="employment_employers"),
    path("employers/new/", posts.new_employer, name="employment_new_employer"),
    path("employers/<int:pk>/", posts.employer, name="employment_employer"),
    path("employers/<int:pk>/edit/", posts.edit_employer, name="employment_edit_employer"),
    path("employers/<int:pk>/post/", posts.new_post, name="employment_new_post"),
    path("posts/", list_page(POSTS), name="employment_posts"),
    path("posts/export/", export_page(POSTS), name="employment_posts_export"),
    path("posts/<int:pk>/", posts.post, name="employment_post"),
    path("posts/<int:pk>/edit/", posts.edit_post, name="employment_edit_post"),
    path("posts/<int:pk>/verify/", posts.verify_post, name="employment_verify_post"),
    path("posts/<int:pk>/<slug:move>/", posts.move_post, name="employment_move_post"),
    path("priority/", list_page(PRIORITY, "employment/priority.html"), name="employment_priority"),
    path("priority/new/", posts.new_priority, name="employment_priority_new"),
    path("priority/<int:pk>/end/", posts.end_priority, name="employment_priority_end"),
    path("offers/", list_page(OFFERS), name="employment_offers"),
    path("offers/export/", export_page(OFFERS), name="employment_offers_export"),
    path("offers/<int:pk>/accept/", posts.accept, name="employment_accept"),
    path("offers/<int:pk>/decline/", posts.decline, name="employment_decline"),
    path("offers/<int:pk>/withdraw/", posts.withdraw, name="employment_withdraw"),
    path("plans/", list_page(PLANS, "employment/plans.html"), name="employment_plans"),
    path("plans/new/", matching.new_plan, name="employment_plan_new"),
    path("plans/<int:pk>/", matching.plan, name="employment_plan"),
    path("plans/<int:pk>/again/", matching.again, name="employment_plan_again"),
    path("plans/<int:pk>/choose/", matching.choose, name="employment_choose"),
    path("plans/<int:pk>/offers/", matching.send, name="employment_send_offers"),
    path("choices/<int:pk>/drop/", matching.drop_choice, name="employment_drop_choice"),
    path("lines/", list_page(LINES), name="employment_lines"),
    path("lines/export/", export_page(LINES), name="employment_lines_export"),
]
