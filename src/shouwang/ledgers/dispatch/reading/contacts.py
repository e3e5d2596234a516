"""Whom to ask: the contacts of a notice, one per person, or per office named without a person."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .model import Contact
from .organs import SUFFIX
from .text import Paragraph

_PHONE = (
    r"(?<![\d.])(?:\(?0\d{2,3}\)?\s?-?\s?)?\d{7,8}(?:[-转]\d{1,5})?(?![\d.])|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)[48]00-?\d{3}-?\d{4}(?!\d)"
)
_EMAIL = r"[A-Za-z0-9][\w.\-+]*@[A-Za-z0-9][\w.\-]*[A-Za-z0-9]"
_PERSON_KEY = (
    r"(?:业务|技术|工作|具体)?(?:联\s*系|联\s*络|经\s*办|承\s*办)\s*(?:人|员)(?:员|姓名)?(?:\s*(?:及|和|、"
    r"|/)?\s*(?:联系)?\s*(?:电\s*话|方\s*式))?"
)
_PHONE_KEY = (
    r"(?:联\s*系|办\s*公|咨\s*询|固\s*定|服\s*务)?\s*(?:电\s*话|手\s*机|座\s*机)(?:\s*号码)?(?:\s*[(/及、和]?\s*传\s*真\)?)?|T[Ee][Ll]"
)
_FAX_KEY = r"传\s*真(?:\s*(?:电话|号码))?|F[Aa][Xx]"
_EMAIL_KEY = r"(?:电\s*子\s*)?邮\s*[箱件](?:\s*地址)?|E-?[Mm][Aa][Ii][Ll]"
_WAY_KEY = r"联\s*系\s*方\s*式|联系人名单"
_OTHER_KEY = r"(?:通[讯信]|联系)?\s*地\s*址|邮\s*编|邮政编码|网\s*址|(?:监督|举报|投诉)\s*(?:举报)?\s*(?:电话|信箱)|QQ群?|微信"
_TOKEN = re.compile(
    rf"(?P<email>{_EMAIL})|(?P<phone>{_PHONE})|(?P<person_key>{_PERSON_KEY})|(?P<other_key>{_OTHER_KEY})|(?P<fax_key>{_FAX_KEY})"
    rf"|(?P<phone_key>{_PHONE_KEY})|(?P<email_key>{_EMAIL_KEY})|(?P<way_key>{_WAY_KEY})|(?P<stop>[,;。、/:()\n]|\s+)"
    rf"|(?P<word>[^\s,;。、/:()\n]+?(?=[\s,;。、/:()\n]|{_PHONE}|{_EMAIL}|{_PHONE_KEY}|{_FAX_KEY}|{_EMAIL_KEY}"
    rf"|{_PERSON_KEY}|$))"
)
_BLOCK = re.compile(
    rf"(?:{_PERSON_KEY}|联\s*系\s*方\s*式|(?:联系|咨询)\s*电\s*话)\s*(?=[:\s\d(]|$)|(?:^|[(。;,])\s*(?:{_PHONE_KEY})\s*[:\s]\s*(?=\(?\d)"
)
_GOES_ON = re.compile(rf"\(?\s*(?:{_PERSON_KEY}|{_PHONE_KEY}|{_FAX_KEY}|{_EMAIL_KEY}|{_WAY_KEY}|{_OTHER_KEY})\s*[:\s\d]")
_WITH = re.compile(r"[与向同和]\s*(?P<office>[^,。;:与向]{2,30}?)\s*(?:联\s*系|咨询|反映|沟通)")
_OFFICE = re.compile(rf".*?{SUFFIX}$")
_OFFICE_HEAD = re.compile(rf"(?P<office>.+{SUFFIX})(?P<name>[一-龥·]{{2,4}})$")
_NAME = re.compile(r"[一-龥](?:[一-龥·×xX*]{1,3}|[一-龥]{0,2}(?:同志|科长|处长|主任|局长|老师|女士|先生))$")
_ROLE = re.compile(r"(?:同志|女士|先生|\(.*\))$")


@dataclass(slots=True)
class _Entry:
    name: str = ""
    office: str = ""
    phones: list[str] = field(default_factory=list)
    faxes: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)


def contacts(paragraphs: list[Paragraph]) -> list[Contact]:
    """The contacts in the body and the lines below the signature (annexes have contacts of their own and are not passed)."""
    entries: list[_Entry] = []
    for block in _blocks(paragraphs):
        entries += _parse(block)
    for paragraph in paragraphs:
        entries += _offices(paragraph.flat)
    return _distinct(entries)


def _blocks(paragraphs: list[Paragraph]) -> list[str]:
    """Stretches of text about contacts: from 联系人 and the like to the end of the paragraph, and the lines that go on with it."""
    blocks: list[str] = []
    is_open = False
    for paragraph in paragraphs:
        flat = paragraph.flat
        start = next((m for m in _BLOCK.finditer(flat) if not _in_passing(flat, m.start())), None)
        reachable = bool(re.search(rf"{_PHONE}|{_EMAIL}", flat))
        if is_open and (_GOES_ON.match(flat) or (reachable and len(flat) < 70 and "。" not in flat[:-1])):
            blocks[-1] += "\n" + flat
        elif start:
            blocks.append(flat[start.start() :].lstrip("(。;,"))
            is_open = True
        else:
            is_open = False
    return [block for block in blocks if re.search(rf"{_PHONE}|{_EMAIL}", block)]


def _in_passing(flat: str, at: int) -> bool:
    """True for the telephone of a place, in brackets within a sentence (某酒店（地址…，联系电话…）)."""
    before = flat[:at]
    return before.count("(") > before.count(")") and not before.startswith("(") and not re.match(_PERSON_KEY, flat[at:].lstrip("(,;"))


@dataclass(slots=True)
class _Parser:
    """Reads tokens left to right; `mode` is the key last seen, `group` the people the next numbers belong to."""

    done: list[_Entry] = field(default_factory=list)
    group: list[_Entry] = field(default_factory=list)
    office: str = ""
    mode: str = "person"
    numbers: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def flush_words(self) -> None:
        people, office = _people(self.words)
        self.words = []
        if not people and not office:
            return
        if self.group and (self.numbers or any(e.emails or e.phones for e in self.group)):
            self.close()
        if office:
            self.office = office
        self.group += [_Entry(name=p, office=self.office) for p in people] or ([_Entry(office=self.office)] if not self.group else [])

    def close(self) -> None:
        _give(self.group, self.numbers)
        self.done += self.group
        self.group, self.numbers = [], []

    def reach(self, kind: str, value: str) -> None:
        self.flush_words()
        value = value.lstrip("(") if value.count("(") > value.count(")") else value
        if not self.group:
            self.group = [_Entry(office=self.office)]
        if kind == "phone" and self.mode == "fax":
            self.group[0].faxes.append(value)
        elif kind == "phone":
            self.numbers.append(value)
        else:
            free = next((e for e in self.group if not e.emails), self.group[-1])
            free.emails.append(value)


def _parse(block: str) -> list[_Entry]:
    parser = _Parser()
    for match in _TOKEN.finditer(block):
        kind, value = match.lastgroup or "", match.group()
        if kind in ("phone", "email"):
            if parser.mode != "other":
                parser.reach(kind, value)
        elif kind.endswith("_key"):
            parser.flush_words()
            parser.mode = {"way_key": "person"}.get(kind, kind[:-4])
        elif kind == "word" and parser.mode in ("person", "phone", "fax", "email"):
            parser.words.append(value)
        elif value in ";。\n" and kind == "stop":
            parser.flush_words()
            parser.mode = "person" if parser.mode != "other" or value == "\n" else parser.mode
    parser.flush_words()
    parser.close()
    return parser.done


def _people(words: list[str]) -> tuple[list[str], str]:
    """Persons and office among words; names spaced for alignment (任 翔, 省 质 监 局) are closed up."""
    joined: list[str] = []
    single = False
    for word in words:
        if len(word) == 1 and single and not (_OFFICE.match(joined[-1]) and len(joined[-1]) > 2):
            joined[-1] += word
        else:
            joined.append(word)
        single = len(word) == 1
    people: list[str] = []
    office = ""
    for word in joined:
        head = _OFFICE_HEAD.match(word) if len(word) > 4 else None
        if _OFFICE.match(word) and (len(word) > 3 or word[-1] in "科处股局站厅委办"):
            office = word
        elif head and _NAME.match(head["name"]):
            office = head["office"]
            people.append(head["name"])
        elif _NAME.match(word):
            people.append(_ROLE.sub("", word) if len(word) > 4 else word)
    return people, office


def _give(group: list[_Entry], numbers: list[str]) -> None:
    """Numbers to people: all to one, one each where the counts agree, otherwise everybody gets all."""
    if len(group) > 1 and numbers and len(numbers) % len(group) == 0:
        share = len(numbers) // len(group)
        for i, entry in enumerate(group):
            entry.phones += numbers[i * share : (i + 1) * share]
    else:
        for entry in group:
            entry.phones += numbers


def _offices(flat: str) -> list[_Entry]:
    """如有问题请与我局某科联系，电话…: an office with a telephone in the same sentence."""
    found = []
    for sentence in re.split(r"[。;]", flat):
        office = _WITH.search(sentence)
        if office and not re.search(_PERSON_KEY + r"\s*:", sentence):
            phones = re.findall(_PHONE, sentence[office.end() - 2 :])
            emails = re.findall(_EMAIL, sentence[office.end() - 2 :])
            name = office["office"]
            if (phones or emails) and _OFFICE.match(re.sub(r"\(.*", "", name)):
                found.append(_Entry(office=re.sub(r"\(.*", "", name), phones=phones, emails=emails))
    return found


def _distinct(entries: list[_Entry]) -> list[Contact]:
    """Entries that can be reached, each once: the same name, or the same numbers without a name, are one contact."""
    kept: list[_Entry] = []
    for entry in entries:
        if not entry.phones and not entry.emails:
            continue
        reach = set(entry.phones) | set(entry.emails)
        twin = next(
            (
                k
                for k in kept
                if (k.name == entry.name and entry.name) or (reach & (set(k.phones) | set(k.emails)) and (not k.name or not entry.name))
            ),
            None,
        )
        if twin is None:
            kept.append(entry)
        else:
            twin.name = twin.name or entry.name
            twin.office = twin.office or entry.office
            twin.phones += [p for p in entry.phones if p not in twin.phones]
            twin.emails += [e for e in entry.emails if e not in twin.emails]
    return [
        Contact(
            k.name or k.office,
            tuple(dict.fromkeys(k.phones)),
            tuple(dict.fromkeys(k.emails)),
            tuple(dict.fromkeys(k.faxes)),
            k.office if k.name else "",
        )
        for k in kept
    ]
