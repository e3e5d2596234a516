"""Routes of the pages that join ledgers."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from shouwang.kernel.web_health import healthz
from shouwang.portal import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("worklist/", pages.work, name="worklist"),
    path("inbox/", pages.inbox, name="inbox"),
    path("figures/", pages.figure_list, name="figures"),
    re_path(r"^figures/(?P<code>[a-z0-9_.]+)/$", pages.figure, name="figure"),
    re_path(r"^figures/(?P<code>[a-z0-9_.]+)/rows/$", pages.figure_rows, name="figure_rows"),
    path("map/<int:pk>.json", pages.map_outlines, name="map_outlines"),
    path("help/", pages.help_page, name="help"),
    path("demo/advance/", pages.advance_demo, name="demo_advance"),
    path("settings/holidays/", pages.holiday_list, name="holidays"),
    path("views/", include("shouwang.kernel.lists_urls")),
    path("jobs/", include("shouwang.kernel.jobs.urls")),
    path("healthz", healthz, name="healthz"),
]
