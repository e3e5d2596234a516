"""How a name is spelled for search, and what a person typed as terms to look for. No database.

"曾建国" is stored as "曾 建 国 zjg cjg zengjianguo cengjianguo": a token a character, then initials and full pinyin in every reading
of its surname. docs/algorithms/search.md.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import groupby, product
from typing import Any

import yaml
from django.db import models

READINGS_AT_MOST = 8
# What every word breaker in use takes for a letter; rarer characters go by their code point, so that both databases find them.
_PLAIN = re.compile("[\u3400-\u4db5\u4e00-\u9fcc]")
_MARKS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u0300-\u036f]")


class SpelledField(models.TextField):  # type: ignore[type-arg]  # the stubs' class takes parameters, Django's does not
    """The spelling of the field `of`, made anew at every save and bulk_create; a bulk_update of that field must name this one too.

    `derived` keeps it out of the audit, which has the name itself.
    """

    derived = True

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **{"editable": False, "default": "", **kwargs})

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: ARG002 - Django's signature
        """The spelling of the name as it is now."""
        said = spelled(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, said)
        return said

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """For migrations."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("default", None)
        kwargs.pop("editable", None)
        return name, path, list(args), {**kwargs, "of": self.of}


@lru_cache(maxsize=200_000)
def spelled(name: str) -> str:
    """The tokens of a name, apart by blanks; "" for an empty name."""
    sounds = [s for s in readings("".join(c for c in _clean(name) if not c.isascii())) if s]
    initials = ["".join(syllable[0] for syllable in s) for s in sounds]
    return " ".join([*_tokens(name), *dict.fromkeys(initials), *("".join(s) for s in sounds)])


def readings(han: str) -> list[tuple[str, ...]]:
    """How a name of Chinese characters may be read, the usual way first: syllables without tones. What has no reading is left out."""
    head = next((han[:n] for n in (2, 1) if han[:n] in _surnames()), "")
    rest = tuple(s for c in han[len(head) :] if (s := _reading(c)))
    return [(*surname, *rest) for surname in _surnames().get(head, ((),))]


@dataclass(frozen=True, slots=True)
class Terms:
    """What to look for in one spelling: every phrase, and of each set of letters one that begins a token. `code`: digits of a number."""

    phrases: tuple[tuple[str, ...], ...] = ()
    letters: tuple[tuple[str, ...], ...] = ()
    code: str = ""

    @property
    def named(self) -> bool:
        """Whether there is anything of a name to look for."""
        return bool(self.phrases or self.letters)

    def meet(self, spelling: str) -> bool:
        """Whether a stored spelling holds them all; the databases' indexes answer the same."""
        tokens = spelling.split()
        runs = f" {spelling} "
        return all(f" {' '.join(p)} " in runs for p in self.phrases) and all(any(t.startswith(a) for t in tokens) for a in self.letters)


def read_terms(text: str) -> Terms:
    """What a person typed: characters are a phrase, letters the beginning of pinyin or initials, digits the beginning of a number.

    "王建国" "建国" "wjg" "wang jian guo" "王jg" "w建国" "440513 wjg". Words apart by blanks must all be met by the same person.
    """
    phrases: list[tuple[str, ...]] = []
    letters: list[tuple[str, ...]] = []
    code = latin = ""
    for word in _clean(text, keep_blanks=True).split():
        runs = ["".join(run) for _, run in groupby(word, key=_kind)]
        code += "".join(r for r in runs if r.isdigit())
        runs = [r for r in runs if not r.isdigit()]
        phrases += [tuple(_tokens(r)) for r in runs if not r.isascii()]
        if all(r.isascii() for r in runs):
            latin += "".join(runs)  # syllables typed apart are one spelling
        elif any(r.isascii() for r in runs):
            letters.append(_mixed(runs))
    return Terms(tuple(phrases), ((latin,), *letters) if latin else tuple(letters), code)


def _mixed(runs: list[str]) -> tuple[str, ...]:
    """Characters and letters in one word, as initials and as full pinyin: 王jg is wjg or wangjg."""
    ways: list[set[str]] = []
    for at, run in enumerate(runs):
        if run.isascii():
            ways.append({run})
            continue
        sounds = readings(run) if at == 0 else [tuple(s for c in run if (s := _reading(c)))]
        ways.append({w for s in sounds for w in ("".join(x[0] for x in s), "".join(s))})
    return tuple(sorted({"".join(way) for way in product(*ways)})[:READINGS_AT_MOST])


def _kind(char: str) -> str:
    return "digit" if char.isdigit() else "latin" if char.isascii() else "han"


def _clean(text: str, *, keep_blanks: bool = False) -> str:
    """Lower case and one width; letters and digits only, ü as v."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKC", text).lower().replace("ü", "v"))
    return "".join(c if c.isalnum() or _private(c) else " " if keep_blanks and c.isspace() else "" for c in plain)


def _private(char: str) -> bool:
    return unicodedata.category(char) in ("Co", "Cn")  # a rare character of the public-security font, or younger than this Python


def _tokens(text: str) -> list[str]:
    out: list[str] = []
    for kind, group in groupby(_clean(text), key=_kind):
        run = "".join(group)
        out += [run] if kind != "han" else [c if _PLAIN.match(c) else f"u{ord(c):x}" for c in run]
    return out


@cache
def _surnames() -> dict[str, tuple[tuple[str, ...], ...]]:
    text = files("shouwang.ledgers.registry").joinpath("data", "surnames.yaml").read_text("utf-8")
    return {name: tuple(tuple(said.split()) for said in ways) for name, ways in yaml.safe_load(text).items()}


@lru_cache(maxsize=30_000)
def _reading(char: str) -> str:
    from pypinyin import lazy_pinyin  # half a second to load: only where a name is spelled

    said: str = lazy_pinyin(char)[0]
    return said if said.isascii() and said.isalpha() else ""
