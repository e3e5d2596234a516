"""The part of the world that departments send: agreed, delivered, asked about, compared; at the city, its districts and strangers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.factories import exchange

if TYPE_CHECKING:
    from shouwang.kernel.accounts.models import Office
    from tests.conformance.world import World

HEADER = {"named": {"0": "姓名"}, "columns": {}, "signature": "x" * 32}
OFFICES = ("4405-nyj", "440513-nyj", "440514-nyj", "440510-fpb", "4451-fpb")


def add(world: World) -> None:
    """Records of each office, and a question where somebody lives."""
    for code in OFFICES:
        _of(world, world.city.offices[code])


def _of(world: World, office: Office) -> None:
    where = office.region
    agreed = world.add("agreement", where.code, lambda c: exchange.make_agreement(where, office, note=c))
    inside = exchange.make_agreement(where, office, "property", way="inside")
    sent = world.add("delivery", where.code, lambda c: exchange.make_delivery(agreed, name=c, header=HEADER))
    world.add("letter", where.code, lambda c: exchange.make_letter(inside, purpose=c, inside=True))
    near = where.code[:6].rstrip("0")
    member = next((t.row for t in world.targets["member"] if t.row.village.code.startswith(near)), None)
    if member is not None:
        world.add("question", member.village.code, lambda c: exchange.make_question(sent, member, state="outside", reason=c))
