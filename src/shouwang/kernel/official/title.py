"""Breaking a title into balanced lines whose words stay whole (GB/T 9704-2012 7.3.1). See docs/algorithms/official-document.md."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from shouwang.kernel.official.layout import em_width, title_words
from shouwang.kernel.official.model import clean

_NEVER_FIRST = "，。、；：！？）》”’〕】的们等"
_NEVER_LAST = "（《“‘〔【第"
_POOR_LAST = ("关于", "对", "和", "与", "及", "或", "在", "为", "将", "被", "把", "向", "以", "从", "做好", "进一步", "切实")
_GOOD_FIRST = ("关于", "及", "和", "与", "暨")
_MAX_LINES = 5


def balance_title(title: str, per_line: float = 20) -> list[str]:
    """The title as lines of at most `per_line` characters (Latin ones count half).

    Newlines in the title are the author's own line breaks and stay. Otherwise: the fewest lines that fit, cut between words,
    as a trapezoid or rhombus of near-equal lines. A title no set of cuts can fit is cut at `per_line`.
    """
    lines = [line.strip() for line in clean(title).split("\n") if line.strip()]
    if len(lines) != 1 or em_width(lines[0]) <= per_line:
        return lines
    text = lines[0]
    for count in range(2, _MAX_LINES + 1):
        if em_width(text) <= count * per_line and (best := _best_split(text, count, per_line)):
            return best
    return _chopped(text, per_line)


def _best_split(text: str, count: int, per_line: float) -> list[str] | None:
    """The cheapest way into `count` lines; among cuts of the same kind nearer to equal lines wins."""
    cuts = _cut_costs(text)
    target = em_width(text) / count
    best: tuple[float, list[str]] | None = None
    # Lines far from equal never win, and without the bound a long title has a million splits.
    near = target - (6 if count < 4 else 4)
    for lines, cost in _splits(text, count, cuts, (near, min(per_line, 2 * target - near))):
        widths = [em_width(line) for line in lines]
        total = cost + _shape_cost(widths) + 4 * sum((width - target) ** 2 for width in widths) / target
        if best is None or total < best[0]:
            best = (total, lines)
    return best[1] if best else None


def _splits(text: str, count: int, cuts: dict[int, float], bounds: tuple[float, float]) -> Iterator[tuple[list[str], float]]:
    """Every way into `count` lines of a width within the bounds, with the cost of its cuts."""
    shortest, longest = bounds
    if count == 1:
        if shortest <= em_width(text) <= longest:
            yield [text.strip()], 0.0
        return
    for at, cost in cuts.items():
        if shortest <= em_width(text[:at]) <= longest:
            rest_cuts = {later - at: later_cost for later, later_cost in cuts.items() if later > at}
            for rest, rest_cost in _splits(text[at:], count - 1, rest_cuts, bounds):
                yield [text[:at].strip(), *rest], cost + rest_cost


def _shape_cost(widths: list[float]) -> float:
    """Trapezoid (each line longer, or each shorter) and rhombus (middle widest) are free; hourglass and stairs are not."""
    steps = [after - before for before, after in pairwise(widths)]
    if all(step > 0 for step in steps) or all(step < 0 for step in steps):
        return 0.0
    turns = sum(1 for before, after in pairwise(steps) if before < 0 < after)
    flat = sum(1 for step in steps if step == 0)
    return 12.0 * turns + 1.5 * flat


def _cut_costs(text: str) -> dict[int, float]:
    """Position → what a cut before it costs; places where none may be are left out."""
    costs: dict[int, float] = {}
    tokens = _tokens(text)
    at = 0
    for (word, known), (following, next_known) in pairwise(tokens):
        at += len(word)
        if following[0] in _NEVER_FIRST or word[-1] in _NEVER_LAST or _number_and_unit(word, following):
            continue
        cost = 10.0 if _inside_quotes(text, at) else 0.0
        cost += 0.0 if known or next_known else 9.0  # two unknown characters are probably one word
        if word in _POOR_LAST:
            cost += 20.0
        if following in _GOOD_FIRST or word == "的":
            cost -= 3.0
        costs[at] = cost
    return costs


def _number_and_unit(word: str, following: str) -> bool:
    return (word[-1].isdigit() and following[0] in "年月日号个项户人%％季") or (word[-1] in "年月" and following[0].isdigit())


def _inside_quotes(text: str, at: int) -> bool:
    before = text[:at]
    return any(before.count(left) > before.count(right) for left, right in ("《》", "“”", "（）", "〔〕"))


def _tokens(text: str) -> list[tuple[str, bool]]:
    """Longest match against the word list; ASCII runs are one token; other characters stand alone, marked unknown."""
    words, longest = title_words(), _longest_word()
    tokens: list[tuple[str, bool]] = []
    at = 0
    while at < len(text):
        end = at + 1
        while text[at].isascii() and end < len(text) and text[end].isascii() and not text[end].isspace():
            end += 1
        known = text[at].isascii() or text[at] in "的和与及对在为、"
        for length in range(min(longest, len(text) - at), 1, -1):
            if text[at : at + length] in words:
                end, known = at + length, True
                break
        tokens.append((text[at:end], known))
        at = end
    return tokens


@cache
def _longest_word() -> int:
    return max(map(len, title_words()))


def _chopped(text: str, per_line: float) -> list[str]:
    lines = [""]
    for char in text:
        if em_width(lines[-1] + char) > per_line:
            lines.append("")
        lines[-1] += char
    return lines
