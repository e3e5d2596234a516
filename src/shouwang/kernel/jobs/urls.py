"""Routes of background work; included under jobs/."""

from django.urls import path

from shouwang.kernel.jobs import pages

urlpatterns = [
    path("", pages.job_list, name="jobs"),
    path("<int:job_id>/", pages.job_page, name="job"),
    path("<int:job_id>/cancel/", pages.cancel, name="job-cancel"),
    path("<int:job_id>/retry/", pages.retry, name="job-retry"),
]
