"""Routes of the import desk; included under imports/."""

from django.urls import path

from shouwang.kernel.imports import pages

urlpatterns = [
    path("", pages.desk, name="imports"),
    path("<int:pk>/", pages.batch, name="import"),
    path("<int:pk>/mapping/", pages.mapping, name="import-mapping"),
    path("<int:pk>/marked/", pages.marked, name="import-marked"),
    path("<int:pk>/original/", pages.original, name="import-original"),
    path("<int:pk>/<slug:move>/", pages.move, name="import-move"),
    path("rows/<int:pk>/decide/", pages.decide, name="import-decide"),
    path("template/<str:key>/", pages.template, name="import-template"),
    path("upload/<str:key>/", pages.upload, name="import-upload"),
]
