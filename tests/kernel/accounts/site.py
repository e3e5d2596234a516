"""Routes of the site with the account pages, in front of the others, and a page behind them to knock at."""

from django.http import HttpResponse
from django.urls import include, path

from shouwang.kernel.pages import page
from shouwang.kernel.web import Request


@page("worklist.view")
def work(request: Request) -> HttpResponse:
    """A business page: says who is acting."""
    return HttpResponse(request.scope.user_name)


urlpatterns = [
    path("work/", work),
    path("", include("shouwang.kernel.sign_in.urls")),
    path("", include("shouwang.kernel.accounts.urls")),
    path("", include("shouwang.kernel.administration.urls")),
    path("", include("shouwang.config.urls")),
]
