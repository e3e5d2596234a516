"""Routes of departments' data."""

from django.urls import URLPattern, URLResolver, path

from shouwang.kernel.lists import list_page
from shouwang.ledgers.exchange import letter_pages, pages
from shouwang.ledgers.exchange.tables import CATALOGUE, DELIVERIES, LETTERS, QUESTIONS

urlpatterns: list[URLPattern | URLResolver] = [
    path("", list_page(CATALOGUE, "exchange/catalogue.html"), name="exchange_catalogue"),
    path("agreements/new/", pages.agree, name="exchange_agree"),
    path("agreements/<int:pk>/", pages.agreement, name="exchange_agreement"),
    path("agreements/<int:pk>/end/", pages.end, name="exchange_end"),
    path("agreements/<int:pk>/send/", pages.send, name="exchange_send"),
    path("agreements/<int:pk>/letter/", letter_pages.new, name="exchange_letter_new"),
    path("deliveries/", list_page(DELIVERIES), name="exchange_deliveries"),
    path("deliveries/<int:pk>/", pages.delivery, name="exchange_delivery"),
    path("deliveries/<int:pk>/columns/", pages.mapping, name="exchange_mapping"),
    path("deliveries/<int:pk>/rejects/", pages.rejects, name="exchange_rejects"),
    path("deliveries/<int:pk>/<slug:move>/", pages.move, name="exchange_move"),
    path("questions/", list_page(QUESTIONS), name="exchange_questions"),
    path("questions/<int:pk>/", pages.question, name="exchange_question"),
    path("questions/<int:pk>/<slug:move>/", pages.decide, name="exchange_decide"),
    path("letters/", list_page(LETTERS), name="exchange_letters"),
    path("letters/<int:pk>/", letter_pages.letter, name="exchange_letter"),
    path("letters/<int:pk>/document/", letter_pages.document, name="exchange_letter_document"),
    path("letters/<int:pk>/names/", letter_pages.names, name="exchange_letter_names"),
    path("letters/<int:pk>/<slug:move>/", letter_pages.move, name="exchange_letter_move"),
    path("conflicts/", pages.conflicts, name="exchange_conflicts"),
    path("households/<int:pk>/", pages.sources, name="exchange_sources"),
]
