"""Surnames, lineages and given names of the demonstration city, drawn at random: nobody's real name is used or meant.

Surnames follow the common ones of Chaoshan; the weights are a plausible guess, not a statistic. Names are built as code points
and viewed as text, which is what makes a million of them take a fraction of a second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SURNAMES = "陈林黄郑吴李张蔡许杨庄周谢刘郭王洪罗曾马姚连沈翁肖胡赖魏江纪彭佘方苏余卢杜徐朱詹"
WEIGHTS = (160, 118, 86, 78, 74, 68, 60, 52, 46, 42, 40, 34, 32, 30, 28, 26, 24, 20, 20, 18, 16, 15, 13, 12, 11, 10, 10, 9, 9, 8, 8, 7)
MALE = "伟强明辉杰鹏斌涛波勇军平华文志建国荣光耀宏俊豪泽锋浩楷钦炳松坤汉钟喜有顺发财木水土海龙雄武德仁义礼信贤才宗祥和壮创烁鑫炎镇业绵永"
FEMALE = "芳丽娟敏静燕玲婷霞秀珍英兰香莲巧云惠贞淑妹娇娥卿琼瑶瑜璇纯洁如意婵妙素月桂梅菊凤琴瑞银金玉珠翠莹雪佳欣怡彤晓曼楚旋璇绵珊蓉"
GENERATIONS = "永世克昌文章华国诗礼传家孝友为政忠信立身祖德流芳光前裕后宗功丕振承先启贤"
LINEAGES = 3


@dataclass(frozen=True)
class Lineages:
    """Per village: the surnames of its lineages, (villages, 3), and the cumulated share of the first two, (villages, 2); the rest is mixed.

    `poem` is where the village's generation poem starts.
    """

    surnames: NDArray[np.int16]
    shares: NDArray[np.float32]
    poem: NDArray[np.int16]


def _weights() -> NDArray[np.float64]:
    padded = np.array([*WEIGHTS, *([6] * (len(SURNAMES) - len(WEIGHTS)))], dtype=np.float64)
    shares: NDArray[np.float64] = padded / padded.sum()
    return shares


def draw_surnames(rng: np.random.Generator, n: int) -> NDArray[np.int16]:
    """n surname numbers by weight."""
    return np.searchsorted(np.cumsum(_weights())[:-1], rng.random(n)).astype(np.int16)


def draw_lineages(rng: np.random.Generator, community: NDArray[np.bool_]) -> Lineages:
    """Lineages of each village: three in five villages have one surname (85–97 %), communities are mixed."""
    n = len(community)
    surnames = np.stack([draw_surnames(rng, n) for _ in range(LINEAGES)], axis=1)
    single = ~community & (rng.random(n) < 0.6)
    first = np.where(single, 0.85 + 0.12 * rng.random(n), np.where(community, 0.15 + 0.2 * rng.random(n), 0.4 + 0.2 * rng.random(n)))
    second = first + (1 - first) * np.where(community, 0.2, 0.6)
    poem = rng.integers(0, len(GENERATIONS), n).astype(np.int16)
    return Lineages(surnames, np.stack([first, second], axis=1).astype(np.float32), poem)


def lineage_of(rng: np.random.Generator, lineages: Lineages, village: NDArray[np.int32]) -> NDArray[np.int16]:
    """The lineage surname of each household of `village`."""
    u = rng.random(len(village), dtype=np.float32)
    slot = (u[:, None] >= lineages.shares[village]).sum(axis=1)
    named = lineages.surnames[village, np.minimum(slot, LINEAGES - 1)]
    return np.where(slot == LINEAGES - 1, draw_surnames(rng, len(village)), named)


def other_surname(rng: np.random.Generator, lineage: NDArray[np.int16]) -> NDArray[np.int16]:
    """A surname that is not the lineage's: who marries in comes from another."""
    drawn = draw_surnames(rng, len(lineage))
    return np.where(drawn == lineage, (drawn + 1) % len(SURNAMES), drawn).astype(np.int16)


def _points(text: str) -> NDArray[np.uint32]:
    return np.array([ord(c) for c in text], dtype=np.uint32)


def full_names(
    rng: np.random.Generator, surname: NDArray[np.int16], male: NDArray[np.bool_], poem: NDArray[np.int16], generation: NDArray[np.int16]
) -> NDArray[np.str_]:
    """Names of up to three characters, dtype U3: surname, then a generation character for two men in five, then drawn characters."""
    n = len(surname)
    boys, girls = _points(MALE), _points(FEMALE)
    pick = rng.random((n, 2), dtype=np.float32)
    given = np.where(male[:, None], boys[(pick * len(boys)).astype(np.int16)], girls[(pick * len(girls)).astype(np.int16)])
    style = rng.random(n, dtype=np.float32)
    poems = _points(GENERATIONS)[(poem + generation) % len(GENERATIONS)]
    out = np.empty((n, 3), dtype=np.uint32)
    out[:, 0] = _points(SURNAMES)[surname]
    out[:, 1] = np.where(male & (style < 0.4), poems, given[:, 0])
    out[:, 2] = np.where(style > 0.9, 0, given[:, 1])
    names: NDArray[np.str_] = out.view("<U3")[:, 0]
    return names
