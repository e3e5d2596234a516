"""A synthetic registry and the same people written down again with the slips of real files. Seeded; nobody is meant."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from shouwang.kernel.privacy.normal import check_character
from shouwang.kernel.regions.models import Region
from shouwang.ledgers.registry.lookalikes import PersonKey
from shouwang.ledgers.registry.models import Household, Member
from shouwang.ledgers.registry.names import comparison
from tests.factories.registry import SINCE

SURNAMES = "陈林黄郑吴李张蔡许杨曾单区翟解余佘沈"
GIVEN = (
    "伟强明辉杰鹏斌涛波勇军平华文志建国荣光俊豪锋浩楷炳松坤汉钟喜有顺发财木永芳丽娟敏静燕玲婷秀珍英兰香莲云惠贞淑妹娇琼瑜洁如素月桂梅凤金玉"
)
# One slip for most; the last seven are two or three at once, as in lists copied by hand.
SLIPS = ("none", "no_id", "id_digit", "id_swap", "birth", "sound", "shape", "village", "spaces", "sound no_id", "shape no_id", "id_digit sound",
         "birth sound", "no_id village", "no_id birth", "no_id sound village", "no_id birth sound")  # fmt: skip


@dataclass(frozen=True)
class Dirty:
    """`rows` are incoming; `truth` says which member each one is (None: a stranger)."""

    rows: list[PersonKey]
    truth: list[int | None]
    slips: list[str]


def number_of(district: str, birth: dt.date, order: int) -> str:
    """A valid ID number."""
    body = f"{district}{birth:%Y%m%d}{order:03d}"
    return body + check_character(body)


def populate(villages: list[Region], persons: int, rng: random.Random) -> list[Member]:
    """Households of three with a surname each; numbers valid, telephones for one in two; twins in every tenth household."""
    homes, members = [], []
    for n in range(persons // 3):
        home = Household(code=f"D{n:08d}", head_name="陈样")
        home.put_in(villages[n % len(villages)])
        homes.append(home)
    Household.objects.bulk_create(homes)
    for n, home in enumerate(homes):
        surname, birth = rng.choice(SURNAMES), dt.date(1930, 1, 1) + dt.timedelta(rng.randrange(30_000))
        phone = f"154{rng.randrange(10**8):08d}" if n % 2 else None
        for k in range(3):
            if k < 2 or n % 10:
                birth = dt.date(1930, 1, 1) + dt.timedelta(rng.randrange(30_000))
            sex = rng.choice(("male", "female"))
            order = (len(members) * 7 + k) % 499 * 2 + (1 if sex == "male" else 2)
            member = Member(
                code=f"{home.code}{k}", name=surname + "".join(rng.sample(GIVEN, rng.choice((1, 2, 2, 2)))), sex=sex, birth_date=birth,
                relation="head" if k == 0 else "other", joined_on=SINCE,
            )  # fmt: skip
            member.id_number, member.phone = number_of("440513", birth, order), phone
            member.put_beside(home)
            members.append(member)
    Member.objects.bulk_create(members)
    return members


def again(members: list[Member], villages: list[Region], count: int, rng: random.Random) -> Dirty:
    """`count` rows: four in five are members with a slip each, one in five a stranger, some of them twins or namesakes of members."""
    out = Dirty([], [], [])
    for n, member in enumerate(rng.sample(members, count)):
        if n % 5 == 4:
            out.rows.append(stranger(member, n, rng))
            out.truth.append(None)
            out.slips.append("stranger")
            continue
        slip = SLIPS[n % len(SLIPS)]
        out.rows.append(slipped(member, slip, villages, rng))
        out.truth.append(member.pk)
        out.slips.append(slip)
    return out


def stranger(member: Member, n: int, rng: random.Random) -> PersonKey:
    """Somebody else: a namesake with another number, a twin, or nobody's double."""
    birth = member.birth_date if n % 2 else dt.date(1930, 1, 1) + dt.timedelta(rng.randrange(30_000))
    name = member.name if n % 3 == 0 else member.name[0] + "".join(rng.sample(GIVEN, 2))
    return PersonKey(name, member.sex, birth, number_of("440582", birth, rng.randrange(1, 999)), None, member.village_id)


def slipped(member: Member, slip: str, villages: list[Region], rng: random.Random) -> PersonKey:
    """The member as a clerk in a hurry writes them."""
    number, name, birth, village = member.id_number.reveal(), member.name, member.birth_date, member.village_id
    slips = slip.split()
    if "birth" in slips:
        leap = (birth.month, birth.day) == (2, 29)
        birth = birth.replace(day=28) if leap else birth.replace(year=birth.year + (1 if birth.year % 10 != 9 else -1))
        number = number_of(number[:6], birth, int(number[14:17]))
    if "id_digit" in slips:
        at = rng.choice((0, 1, 2, 3, 4, 5, 14, 15, 16))
        body = number[:at] + str((int(number[at]) + rng.randrange(1, 10)) % 10) + number[at + 1 : 17]
        number = body + check_character(body)
    if "id_swap" in slips:
        at = next((i for i in (4, 3, 2, 1, 14, 15) if number[i] != number[i + 1]), 0)
        number = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    for how in ("sound", "shape"):
        name = swapped(name, how, rng) if how in slips else name
    if "spaces" in slips:
        name, number = "　".join(name), f" {number[:6]} {number[6:14]} {number[14:]}"
    if "village" in slips:
        village = rng.choice(villages).pk
    phone = member.phone.reveal() if member.phone and rng.random() < 0.5 else None
    return PersonKey(name, member.sex, birth, None if "no_id" in slips else number, phone, village)


HOMOPHONES = (
    "玮蔷铭晖捷朋彬滔玻咏君坪桦雯智健郭蓉珖峻毫烽皓凯柄淞昆翰忠囍友舜法才沐咏方力绢闽净艳铃停绣真瑛岚箱连芸慧珍叔昧骄穷愉结茹粟悦贵枚奉今育"
)
LOOKING = dict(
    zip(
        "楷炳松永发财芳玲婷燕桂梅凤明锋浩瑜淑波辉贞荣光英娟钟汉坤云喜珍琼",
        "揩柄枞水友材芬铃停蒸挂悔风朋烽洁愉叔坡挥贝菜先莫捐种汊神去嘉诊惊",
        strict=True,
    )
)


def swapped(name: str, how: str, rng: random.Random) -> str:
    """The name with one character for another of the same sound or shape; as it is where none is at hand."""
    places = list(range(1, len(name)))
    rng.shuffle(places)
    for at in places:
        others = [LOOKING[name[at]]] if how == "shape" and name[at] in LOOKING else list(HOMOPHONES) if how == "sound" else []
        for other in others:
            changed = name[:at] + other + name[at + 1 :]
            if other != name[at] and comparison(name, changed) == how:
                return changed
    return name
