"""Routes of saved views and columns, the same for every list."""

from django.urls import path

from shouwang.kernel import lists

urlpatterns = [
    path("save/", lists.save_view, name="views_save"),
    path("use/", lists.use_view, name="views_use"),
    path("delete/", lists.delete_view, name="views_delete"),
    path("columns/", lists.choose_columns, name="views_columns"),
]
