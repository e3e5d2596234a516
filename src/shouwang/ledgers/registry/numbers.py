"""Household numbers: the village's twelve-digit code and a serial of five digits, counted up inside the village, never used again.

A household keeps its number when it moves, a member keeps theirs when they change households: numbers say where somebody was first
entered, not where they live. The national system numbers the same way (village code + serial); its length is not confirmed (待核实).
"""

from __future__ import annotations

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Region
from shouwang.ledgers.registry.models import Household

SERIAL_DIGITS = 5


def next_household_code(village: Region) -> str:
    """The next free number of the village; call it inside the transaction that uses it. Raises Refused when 99,999 are used up."""
    Region.objects.select_for_update().get(pk=village.pk)  # two splits at once must not take one number
    length = len(village.code) + SERIAL_DIGITS
    # In one village all numbers are of one length, so that the greatest text is the greatest number; others (imported ones) are passed by.
    found = Household.objects.filter(code__startswith=village.code, code__regex=rf"^\d{{{length}}}$").order_by("-code")
    last = found.values_list("code", flat=True).first()
    serial = int(last[-SERIAL_DIGITS:]) + 1 if last else 1
    if serial >= 10**SERIAL_DIGITS:
        raise Refused(f"“{village.name}”的户编号已用完（{serial - 1} 个）。请联系市扶贫办扩充编号。")
    return f"{village.code}{serial:0{SERIAL_DIGITS}d}"
