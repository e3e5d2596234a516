"""Routes of the ledger."""

from django.urls import URLPattern, path

from shouwang.kernel.lists import export_page, list_page
from shouwang.ledgers.impact import pages
from shouwang.ledgers.impact.tables import IMPACTS, LEVEL_HISTORY, MEASURES, SURVEYS

urlpatterns: list[URLPattern] = [
    path("", pages.analyse, name="impact_analysis"),
    path("records/", list_page(IMPACTS), name="impact_records"),
    path("records/export/", export_page(IMPACTS), name="impact_records_export"),
    path("records/<int:pk>/", pages.record, name="impact_record"),
    path("records/<int:pk>/recover/", pages.recover, name="impact_recover"),
    path("surveys/", list_page(SURVEYS), name="impact_surveys"),
    path("surveys/export/", export_page(SURVEYS), name="impact_surveys_export"),
    path("households/<int:pk>/", pages.household, name="impact_household"),
    path("households/<int:pk>/survey/", pages.survey, name="impact_survey"),
    path("households/<int:pk>/take/<slug:code>/", pages.take, name="impact_take"),
    path("measures/", list_page(MEASURES), name="impact_measures"),
    path("measures/export/", export_page(MEASURES), name="impact_measures_export"),
    path("measures/<int:pk>/<slug:move>/", pages.move, name="impact_measure_move"),
    path("levels/", pages.levels, name="impact_levels"),
    path("levels/list/", list_page(LEVEL_HISTORY), name="impact_level_list"),
    path("levels/list/export/", export_page(LEVEL_HISTORY), name="impact_level_list_export"),
    path("levels/publish/", pages.publish, name="impact_publish"),
    path("levels/cases/", pages.cases, name="impact_cases"),
    path("shocks/", pages.shocks, name="impact_shocks"),
    path("shocks/<int:pk>/end/", pages.end_shock, name="impact_end_shock"),
    path("bases/", pages.bases, name="impact_bases"),
]
