"""The site's routes with those of background work."""

from django.urls import include, path

from shouwang.config.urls import handler403, handler404, handler500
from shouwang.config.urls import urlpatterns as product

urlpatterns = [path("jobs/", include("shouwang.kernel.jobs.urls")), *product]
__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]
