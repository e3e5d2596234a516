"""Routes of the site, and a business page to knock at."""

from django.http import HttpResponse
from django.urls import include, path

from shouwang.kernel.pages import page
from shouwang.kernel.web import Request


@page("worklist.view")
def work(request: Request) -> HttpResponse:
    """A business page: says who is acting."""
    return HttpResponse(request.scope.user_name)


urlpatterns = [path("work/", work), path("", include("shouwang.config.urls"))]
