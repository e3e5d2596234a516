"""Tables of the ledger."""

from shouwang.ledgers.produce.models.farming import InputDelivery, InputNeed, Supplier
from shouwang.ledgers.produce.models.lots import Lot, LotHousehold
from shouwang.ledgers.produce.models.trade import Buyer, Campaign, Demand, Order, Payment

__all__ = ["Buyer", "Campaign", "Demand", "InputDelivery", "InputNeed", "Lot", "LotHousehold", "Order", "Payment", "Supplier"]
