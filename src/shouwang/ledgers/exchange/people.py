"""The registry as the matcher needs it, and the rows of a department tied to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.utils.crypto import salted_hmac

from shouwang.engine.matching import match, possible
from shouwang.engine.matching.chinese import INPUT
from shouwang.engine.matching.columns import name_keys
from shouwang.kernel.privacy.fields import BlindTag
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import LEVEL_FIELDS
from shouwang.ledgers.exchange.models import MatchQuestion
from shouwang.ledgers.registry.intake.places import TAIL
from shouwang.ledgers.registry.models import Member

SAID = ("id_number", "name", "birth", "sex", "village", "head_name")
PIECE = 500


@dataclass
class Tied:
    """What became of some rows, by line: `persons` (lake key, way, bits), `open` (question id or None where it is new, candidates), `unknown`;
    `asked` (tag, identity as JSON) of whoever the machine could not tie."""

    persons: dict[int, tuple[int, str, int]] = field(default_factory=dict)
    open: dict[int, tuple[int | None, list[list[int]]]] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=list)
    asked: dict[int, tuple[str, str]] = field(default_factory=dict)


class People:
    """The members of a place: read once a job, numbers as search tags only."""

    def __init__(self, region: Region) -> None:
        self.region = region
        place = {LEVEL_FIELDS[region.level]: region.pk} if region.level >= Region.CITY else {}
        rows = Member.objects.filter(**place).annotate(tag=BlindTag("id_number"))
        columns = (
            "pk",
            "lake_key",
            "tag",
            "name",
            "birth_date",
            "sex",
            "village__code",
            "household__head_name",
            "household_id",
            "relation",
        )
        # Those who left come first, so that of two with one number the living one is found.
        held = list(rows.order_by("left_on", "pk").values_list(*columns, "household__code", "left_on"))
        held.sort(key=lambda r: r[-1] is None)
        self.keys = [r[1] for r in held]
        self.pks = {r[1]: r[0] for r in held}
        self.by_tag = {bytes(r[2]): n for n, r in enumerate(held) if r[2] is not None}
        self.heads = {r[-2]: n for n, r in enumerate(held) if r[9] == "head"}
        self.table = pa.table(
            {
                "key": pa.array(self.keys, pa.int64()),
                "id_number": pa.nulls(len(held), pa.string()),
                "name": pa.array([r[3] for r in held], pa.string()),
                "birth": pa.array([r[4] for r in held], pa.date32()),
                "sex": pa.array([r[5] for r in held], pa.string()),
                "village": pa.array([int(r[6]) if r[6] else None for r in held], pa.int64()),
                "head_name": pa.array([r[7] for r in held], pa.string()),
                "household": pa.array([r[8] for r in held], pa.int64()),
            },
            INPUT,
        )
        self.names = name_keys(self.table["name"].combine_chunks()) if held else {}
        self.village = _villages(region)
        self.spec = Member._meta.get_field("id_number").spec

    def tie(self, people: pa.Table, homes: dict[int, str], places: dict[int, str]) -> Tied:
        """Tie rows (the matcher's columns, key = line) to persons: number, household code, then points and probability, then memory."""
        out = Tied()
        left = self._exact(people, homes, out)
        if not left or not self.keys:
            out.unknown += left
            return out
        rest = people.filter(pc.is_in(people["key"], pa.array(left, pa.int64())))
        villages = pa.array([self.village(places[k]) if k in places else None for k in rest["key"].to_pylist()], pa.int64())
        rest = rest.set_column(rest.column_names.index("village"), "village", villages)
        persons = self._decrypted(possible(rest, self.table))
        found = match(rest, persons)
        for row in found.found.to_pylist():
            out.persons[row["row"]] = (row["person"], row["way"], row["bits"])
        asked: dict[int, list[list[int]]] = {}
        for row in found.open.to_pylist():
            asked.setdefault(row["row"], []).append([self.pks[row["person"]], row["points"], row["bits"]])
        self._remember(rest, asked, out)
        return out

    def _exact(self, people: pa.Table, homes: dict[int, str], out: Tied) -> list[int]:
        """Rows whose number (or household code) is known go to `out`; returns the lines of the others."""
        lines, numbers = people["key"].to_pylist(), people["id_number"].to_pylist()
        met = [next((self.by_tag[t] for t in self.spec.tags(n) if t in self.by_tag), -1) if n else -1 for n in numbers]
        agree = self._names_agree(people, met)
        left = []
        for line, at, good in zip(lines, met, agree, strict=True):
            if at >= 0 and good:
                out.persons[line] = (self.keys[at], "exact", 0)
            elif line in homes and homes[line] in self.heads:
                out.persons[line] = (self.keys[self.heads[homes[line]]], "code", 0)
            else:
                left.append(line)
        return left

    def _names_agree(self, people: pa.Table, met: list[int]) -> list[bool]:
        """Whether the row's name is the found person's in writing, sound or shape; a row without a name has nothing against it."""
        theirs = name_keys(people["name"].combine_chunks())
        at = pa.array([m if m >= 0 else None for m in met], pa.int64())
        ours = {k: v.take(at) for k, v in self.names.items()} if self.names else theirs
        pairs = (("same", "same"), ("sound", "sound"), ("sound2", "sound"), ("sound", "sound2"), ("shape", "shape"))
        agree = pc.is_null(theirs["same"])
        for a, b in pairs:
            agree = pc.or_(agree, pc.fill_null(pc.equal(theirs[a], ours[b]), False))
        found: list[bool] = agree.to_pylist()
        return found

    def _decrypted(self, keys: list[int]) -> pa.Table:
        """The table's rows of these persons with their numbers, opened in this process and kept nowhere."""
        numbers: dict[int, str] = {}
        for start in range(0, len(keys), PIECE):
            for key, uid, sealed in Member.objects.filter(lake_key__in=keys[start : start + PIECE]).values_list(
                "lake_key", "uid", "id_number"
            ):
                if sealed is not None:
                    numbers[key] = sealed.of(uid).reveal()
        found = self.table.filter(pc.is_in(self.table["key"], pa.array(keys, pa.int64())))
        ids = pa.array([numbers.get(k) for k in found["key"].to_pylist()], pa.string())
        return found.set_column(found.column_names.index("id_number"), "id_number", ids)

    def _remember(self, rest: pa.Table, asked: dict[int, list[list[int]]], out: Tied) -> None:
        """Rows nobody could tie: an earlier answer holds, an earlier question waits on, what has candidates is asked, the rest is unknown."""
        out.asked = {row["key"]: (tag_of(row, self.region.pk), said_of(row)) for row in rest.to_pylist() if row["key"] not in out.persons}
        waiting = {line: tag for line, (tag, _) in out.asked.items()}
        known: dict[str, MatchQuestion] = {}
        tags = sorted(set(waiting.values()))
        for start in range(0, len(tags), PIECE):
            rows = MatchQuestion.objects.filter(tag__in=tags[start : start + PIECE], city_id=self.region.city_id).select_related("member")
            known |= {q.tag: q for q in rows}
        for line, tag in waiting.items():
            question = known.get(tag)
            if question is None:
                if line in asked:
                    out.open[line] = (None, asked[line])
                else:
                    out.unknown.append(line)
            elif question.state == MatchQuestion.State.LINKED and question.member:
                out.persons[line] = (question.member.lake_key, "person", 0)
            elif question.state == MatchQuestion.State.OPEN:
                out.open[line] = (question.pk, question.candidates)
            else:
                out.unknown.append(line)


def tag_of(row: dict[str, Any], region: int) -> str:
    """The keyed hash by which the same person written the same way is met again by the place that collects; another place asks for itself."""
    return salted_hmac("shouwang.exchange.question", f"{region}|{said_of(row)}", algorithm="sha256").hexdigest()


def said_of(row: dict[str, Any]) -> str:
    """What identified the row, as JSON; sealed before it is kept."""
    return json.dumps({k: str(row[k]) for k in SAID if row.get(k) is not None}, ensure_ascii=False, sort_keys=True)


def _villages(region: Region) -> Callable[[str], int | None]:
    """The code of a village by its name or by an address that holds it; None where none or several fit."""
    place = {LEVEL_FIELDS[region.level]: region.pk} if region.level >= Region.CITY else {}
    names: dict[str, set[int]] = {}
    for code, name in Region.objects.filter(level=Region.VILLAGE, **place).values_list("code", "name"):
        for said in {name, TAIL.sub("", name)}:
            names.setdefault(said, set()).add(int(code))
    longest = sorted((n for n in names if len(n) > 1), key=len, reverse=True)
    inside = re.compile("|".join(map(re.escape, longest))) if longest else None

    @lru_cache(maxsize=100_000)
    def find(text: str) -> int | None:
        if re.fullmatch(r"\d{12}", text):
            return int(text)
        found = names.get(text) or names.get(TAIL.sub("", text))
        if not found and inside and (met := inside.search(text)):  # an address: 潮南区陇田镇东华村三组
            found = names[met[0]]
        return next(iter(found)) if found and len(found) == 1 else None

    return find
