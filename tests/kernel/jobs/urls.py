"""The routes under test, mounted as the site mounts them."""

from django.urls import include, path

urlpatterns = [path("jobs/", include("shouwang.kernel.jobs.urls"))]
