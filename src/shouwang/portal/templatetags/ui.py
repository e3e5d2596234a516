"""Tags and filters of the design system: icons, lights, tags, numbers and dates as officers read them."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from shouwang.kernel.pages import opens
from shouwang.kernel.worklist.clocks import day_end
from shouwang.kernel.worklist.queries import light as light_key

register = template.Library()

NOTHING = "--"
TONES = frozenset("robgcn")
WEEKDAYS = "一二三四五六日"
SPRITE = Path(__file__).parent.parent / "static" / "img" / "icons.svg"


@lru_cache(maxsize=1)
def icon_names() -> frozenset[str]:
    """Names of the icons in the sprite."""
    return frozenset(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text(encoding="utf-8")))


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """An icon of the sprite; `size` is "" (16 px), "l" (18) or "s" (14); without `label` it is decoration. Raises on an unknown name."""
    if name not in icon_names():
        raise template.TemplateSyntaxError(f"no icon {name!r} in img/icons.svg")
    cls = f"i i-{size}" if size else "i"
    said = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="{}" {}><use href="{}#{}"/></svg>', cls, said, static("img/icons.svg"), name)


@register.simple_tag(takes_context=True)
def may(context: dict[str, Any], permission: str) -> bool:
    """Whether the person holds the permission anywhere: decides which buttons a list shows."""
    found: bool = context["request"].scope.may(permission)
    return found


@register.simple_tag(takes_context=True)
def leads(context: dict[str, Any], url: str, text: object) -> SafeString:
    """The text as a link where the person may open the page, else the text alone: a line of an office's work or inbox is
    read by everyone in it, also by those for whom the page it leads to is not."""
    if url and opens(url, context["request"].scope):
        return format_html('<a href="{}" title="{}">{}</a>', url, text, text)
    return format_html("{}", text)


def tone_of(tone: str) -> str:
    """The tone, neutral where it is none of ours."""
    return tone if tone in TONES else "n"


@register.simple_tag
def tag(text: object, tone: str = "n", href: str = "") -> SafeString:
    """A small label with a pale ground; `tone` is r, o, g, b, c or n."""
    if href:
        return format_html('<a class="tag bg-{}" href="{}">{}</a>', tone_of(tone), href, text)
    return format_html('<span class="tag bg-{}">{}</span>', tone_of(tone), text)


class Light(NamedTuple):
    """A light as shown: tone and word."""

    tone: str
    word: str


def light_of(due: dt.datetime | dt.date | None, now: dt.datetime | dt.date, state: str = "") -> Light:
    """Tone and word of a deadline at `now`.

    A date means 24:00 of that day. `state` "done" and "idle" (未开始, no clock running) are said as they are, whatever the date.
    The number of days that count as soon is the rulebook's (clocks/soon).
    """
    if state == "done":
        return Light("g", "已办结")
    if state == "idle":
        return Light("n", "未开始")
    if due is None:
        return Light("n", "无期限")
    end = due if isinstance(due, dt.datetime) else day_end(due)
    # A bare date of today is its first second: the day itself is not yet overdue.
    moment = now if isinstance(now, dt.datetime) else timezone.make_aware(dt.datetime.combine(now, dt.time()))
    days = (timezone.localtime(end).date() - timezone.localtime(moment).date()).days
    key = light_key(end, moment)
    if key == "overdue":
        return Light("r", f"已超期 {-days} 天" if days < 0 else "已超期")
    if key == "today":
        return Light("o", "今日到期")
    return Light("o", f"还剩 {days} 天") if key == "soon" else Light("g", "正常")


@register.simple_tag
def light(due: dt.datetime | dt.date | None, now: dt.datetime | dt.date, state: str = "") -> SafeString:
    """The light of a deadline: a coloured dot and a word, never the colour alone."""
    return lamp(*light_of(due, now, state))


@register.simple_tag
def lamp(tone: str, word: object) -> SafeString:
    """A dot of that tone with a word."""
    return format_html('<span class="st st-{}"><span>{}</span></span>', tone_of(tone), word)


@register.filter
def dash(value: Any) -> Any:
    """No data is `--`, never 0 and never blank; a day is written as everywhere on the screen."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    return NOTHING if value is None or value == "" else value


@register.filter
def thousands(value: Any, decimals: int = -1) -> str:
    """A number with thousands separators; `decimals` fixes the places, rounded half up."""
    if value is None or value == "":
        return NOTHING
    number = value if isinstance(value, int) else Decimal(str(value))
    if decimals >= 0:
        number = Decimal(number).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{number:,}"


@register.filter
def yuan(fen: int | None) -> str:
    """分 as 元 with two places; the unit stands in the header or beside it."""
    return NOTHING if fen is None else thousands(Decimal(fen) / 100, 2)


@register.filter
def wan(fen: int | None, decimals: int = 2) -> str:
    """分 as 万元, rounded once from the exact sum."""
    return NOTHING if fen is None else thousands(Decimal(fen) / 1_000_000, decimals)


def _day(value: dt.date | dt.datetime) -> dt.date:
    if not isinstance(value, dt.datetime):
        return value
    return (timezone.localtime(value) if timezone.is_aware(value) else value).date()


@register.filter
def zh_date(value: dt.date | dt.datetime | None) -> str:
    """2020年2月17日, without leading zeros as official print has it (GB/T 9704-2012, 7.3.5.4)."""
    if value is None:
        return NOTHING
    day = _day(value)
    return f"{day.year}年{day.month}月{day.day}日"


@register.filter
def weekday(value: dt.date | dt.datetime | None) -> str:
    """星期一 … 星期日."""
    return NOTHING if value is None else f"星期{WEEKDAYS[_day(value).weekday()]}"


@register.filter
def stamp(value: dt.datetime | None) -> str:
    """2020-02-17 14:05, local time."""
    return NOTHING if value is None else f"{timezone.localtime(value):%Y-%m-%d %H:%M}"


@register.simple_tag
def spark(values: Sequence[float | int | Decimal | None]) -> SafeString | str:
    """A line of the last values, drawn on the server; gaps are left out, fewer than two values draw nothing."""
    known = [(i, float(v)) for i, v in enumerate(values or ()) if v is not None]
    if len(known) < 2:
        return ""
    low, high = min(v for _, v in known), max(v for _, v in known)
    step, reach = 72 / (len(values) - 1), (high - low) or 1.0
    points = [(2 + i * step, 12.0 if high == low else 21 - (v - low) / reach * 18) for i, v in known]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return format_html(
        '<svg class="spark" viewBox="0 0 76 24" aria-hidden="true"><polyline points="{}"/><circle cx="{}" cy="{}" r="2.2"/></svg>',
        line, f"{points[-1][0]:.1f}", f"{points[-1][1]:.1f}",
    )  # fmt: skip


@register.simple_tag
def bar(percent: float | int | Decimal | None, tone: str = "b", label: str = "") -> SafeString:
    """A bar filled to `percent` (0–100); drawn as SVG, so it needs neither inline style nor script and prints."""
    share = min(100.0, max(0.0, float(percent or 0)))
    said = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="bar {}" {}><rect width="{}%" height="100%" rx="3"/></svg>', tone_of(tone), said, f"{share:.1f}")


@register.simple_tag
def op_id() -> SafeString:
    """The hidden operation id of a form: pressed twice it is done once (kernel Receipt)."""
    return format_html('<input type="hidden" name="op_id" value="{}">', uuid.uuid4())


@register.simple_block_tag
def card(
    content: SafeString, title: str = "", sub: str = "", href: str = "", link: str = "全部", cls: str = "", flush: bool = False
) -> SafeString:
    """A white card with a heading; `sub` grey words beside it, `href` a link at the right, `flush` without inner margin.

    Where the head holds more (a switch, buttons), write the section out: <section class="card"><header>…</header><div class="bd">….
    """
    head: SafeString | str = ""
    if title:
        side = format_html('<span class="sm mut">{}</span>', sub) if sub else ""
        more = format_html('<a class="sm" href="{}">{}</a>', href, link) if href else ""
        head = format_html('<header><h2>{}</h2>{}<span class="sp"></span>{}</header>', title, side, more)
    body = content if flush else format_html('<div class="bd">{}</div>', content)
    return format_html('<section class="card {}">{}{}</section>', cls, head, body)


@register.simple_block_tag
def pagehead(content: SafeString, title: str, sub: str = "", crumbs: Sequence[tuple[str, str]] = ()) -> SafeString:
    """The head of a page: crumbs as (label, url), title, a grey line, and the content as buttons at the right."""
    trail = format_html_join(" / ", '<a href="{1}">{0}</a>', crumbs)
    path = format_html('<nav class="bc" aria-label="所在位置">{}</nav>', trail) if crumbs else ""
    line = format_html('<p class="sub">{}</p>', sub) if sub else ""
    return format_html('<div class="ph"><div>{}<h1>{}</h1>{}</div><span class="sp"></span>{}</div>', path, title, line, content)
