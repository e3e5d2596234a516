"""Routes of the ledger."""

from django.urls import URLPattern, path

from shouwang.kernel.lists import export_page, list_page
from shouwang.ledgers.produce import market_pages, pages
from shouwang.ledgers.produce.tables import BUYERS, CAMPAIGNS, DEMANDS, LOTS, NEEDS, ORDERS, PAYMENTS, SUPPLIERS

LIST = "produce/list.html"
urlpatterns: list[URLPattern] = [
    path("", list_page(LOTS, LIST), name="produce_lots"),
    path("export/", export_page(LOTS), name="produce_lots_export"),
    path("new/", pages.new_lot, name="produce_new_lot"),
    path("<int:pk>/", pages.lot, name="produce_lot"),
    path("<int:pk>/recount/", pages.recount, name="produce_recount"),
    path("<int:pk>/households/", pages.add_household, name="produce_add_household"),
    path("<int:pk>/picture/", pages.add_picture, name="produce_add_picture"),
    path("<int:pk>/card/", pages.card, name="produce_card"),
    path("<int:pk>/order/", pages.order, name="produce_order"),
    path("<int:pk>/move/<slug:move>/", pages.move_lot, name="produce_move_lot"),
    path("orders/", list_page(ORDERS, LIST), name="produce_orders"),
    path("orders/export/", export_page(ORDERS), name="produce_orders_export"),
    path("orders/buy/", market_pages.new_purchase, name="produce_buy"),
    path("orders/<int:pk>/pay/", pages.pay, name="produce_pay"),
    path("orders/<int:pk>/<slug:move>/", pages.step, name="produce_step"),
    path("payments/", list_page(PAYMENTS), name="produce_payments"),
    path("payments/export/", export_page(PAYMENTS), name="produce_payments_export"),
    path("matching/", pages.matching, name="produce_matching"),
    path("demands/", list_page(DEMANDS, LIST), name="produce_demands"),
    path("demands/new/", market_pages.new_demand, name="produce_new_demand"),
    path("buyers/", list_page(BUYERS, LIST), name="produce_buyers"),
    path("buyers/new/", market_pages.new_buyer, name="produce_new_buyer"),
    path("campaigns/", list_page(CAMPAIGNS, LIST), name="produce_campaigns"),
    path("campaigns/new/", market_pages.new_campaign, name="produce_new_campaign"),
    path("campaigns/<int:pk>/", market_pages.campaign, name="produce_campaign"),
    path("campaigns/<int:pk>/result/", market_pages.campaign_result, name="produce_campaign_result"),
    path("inputs/", list_page(NEEDS, LIST), name="produce_needs"),
    path("inputs/export/", export_page(NEEDS), name="produce_needs_export"),
    path("inputs/new/", market_pages.new_need, name="produce_new_need"),
    path("inputs/<int:pk>/", market_pages.need, name="produce_need"),
    path("urgency/", pages.urgent, name="produce_urgency"),
    path("suppliers/", list_page(SUPPLIERS, LIST), name="produce_suppliers"),
    path("suppliers/new/", market_pages.new_supplier, name="produce_new_supplier"),
    path("inputs/<int:pk>/deliver/", market_pages.deliver, name="produce_deliver"),
]
