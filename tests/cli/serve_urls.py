"""A site with a route that declares no access: it must not start."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def open_to_all(_: HttpRequest) -> HttpResponse:
    """Nobody said who may come in."""
    return HttpResponse("leak")


urlpatterns = [path("leak/", open_to_all)]
