"""Routes of the site, and two business pages to knock at."""

from django.http import HttpResponse
from django.urls import include, path

from shouwang.kernel.pages import page
from shouwang.kernel.sign_in.sessions import check_fresh
from shouwang.kernel.web import Request


@page("worklist.view")
def work(request: Request) -> HttpResponse:
    """A business page: says who is acting."""
    return HttpResponse(request.scope.user_name)


@page("worklist.view")
def secret(request: Request) -> HttpResponse:
    """A page that asks for a fresh proof of who one is."""
    check_fresh(request)
    return HttpResponse("revealed")


urlpatterns = [path("work/", work), path("secret/", secret), path("", include("shouwang.config.urls"))]
