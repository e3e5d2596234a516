"""Routes of files."""

from django.urls import URLPattern, URLResolver, path

from shouwang.kernel.attachments import pages

urlpatterns: list[URLPattern | URLResolver] = [path("<int:pk>/", pages.download, name="attachment")]
