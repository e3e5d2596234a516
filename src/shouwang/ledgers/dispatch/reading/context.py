"""Who is meant: the people a notice speaks to, those below them, its issuer, and others."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from .model import Actor
from .organs import BELOW, STATE, same_organ, tiers
from .text import fold
from .words import ACTING

Who = Literal["recipient", "next_tier", "issuer", "other"]

_ADDRESSEE = (
    r"(?:单位|部门|地区|地方|各地|县|区|市|省|州|镇|乡|街道|街|村|局|厅|委|部|办|组|政府|企业|机构|学校|高校|公司|主体"
    r"|办公室|小组|中心|指挥部|人员|干部|同志|队|站|所|会|处|科|院|银行|社|你们|业主|农户|[养种猪牛羊农林]殖?场|[养种]植?殖?户|人)"
)
_SUBJECT = re.compile(
    rf"(?:并|同时|另|其中|此外|且|再|后|然后|最后)?(?:请|由|望|希望|希|要求|责成)?(?P<who>(?:[^,。;:()]"
    rf"|\([^()]*\)){{0,50}}?{_ADDRESSEE}(?:\([^()]*\))?(?:等)?)"
    r"(?=要|应|须|必须|需|务必|请|将|会(?!议)|拟|决定|定于|按|根据|于|在|对|组织|负责|汇总|登录|指导|会同|可|不得|统一|结合"
    r"|进行|完成|报|认真|抓紧|及时|切实|积极|严格|\d|参照|依据|配合|牵头|填|审|把|以|提交|向|利用|通过|分别|自行|开展"
    r"|制定|做好|每|$)"
)
_NOT_SUBJECT = re.compile(
    r"^(?:在|对|按|根据|为|将|把|与|向|从|以|经|自|于|凡|加强|做好|组织|推动|抓好|开展|切实|认真|坚持|落实|支持|鼓励"
    r"|引导|完善|建立|充分|优先|采取|并且|报|各项|指导|督促|动员|协调|联合|会同|选择|通过|强化|加快|按照|一要|贯彻"
    r"|全面|进一步)"
)
_NOT_WITHIN = re.compile(
    r"[由将把并]|形成|填报|报送|提交|汇总|按照|根据|通过|开展|完成|进行|加强|做好|年|月|日|工作(?!队|组|部门|机构)|请|要|情况"
)
_OURS = re.compile(r"^(?:我|本)(?:局|厅|办|委|部|会|处|科|司|中心|院|市局|府|领导小组|指挥部|办公室|公司)")
_WILL = re.compile(r"^(?:将|拟|会(?!同|议)|计划|决定|定于|适时)")
# 将 as 把: something is handed over (将材料报送…), nothing announced.
_HANDS_OVER = re.compile(
    r"^将(?!于|在|对|会|按|根据|依据|组织|适时|择|视情|有计划|不?定期|继续|统一|联合|通过|开展|进行|派|予以|给予|采取|从|向)"
    r"[^。;]{2,90}?(?:(?<!通)报(?!告|名|表)|发送|发至|发到|提交|送|寄|交(?!通|流|易)|反馈|录入|上传)"
)
_UPPER = re.compile(r"(?:届时,?)?(?P<who>省|市|县|区|国家)[里上]?(?=将|拟)")


@dataclass(frozen=True)
class Context:
    """What a notice is about to say it of: its issuers, recipients and base date; folded names."""

    issuers: tuple[str, ...]
    recipients: str
    base: dt.date | None
    year: int | None = None  # from the number or a malformed date, where there is no base date
    heads: tuple[str, ...] = ()  # the organs of the red head and the title, where the signature names none
    _cache: dict[str, Who] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The recipients one by one."""
        return tuple(p for p in re.split(r"[,;]", fold(self.recipients)) if p)

    @cached_property
    def levels(self) -> frozenset[int]:
        """The tiers addressed: those of the groups (各县…), or of the named ones where no group is."""
        grouped = [tiers(g) for g in self.groups if re.search(r"各|有关|所属|全", g)]
        named = [tiers(g) for g in self.groups]
        found = frozenset().union(*grouped) or frozenset().union(*named)
        return found - {BELOW} if found - {BELOW} else found

    @cached_property
    def issuer_levels(self) -> frozenset[int]:
        """The tier of the issuing organ, by its name or by 我市, 市直 and the like."""
        return frozenset().union(*(tiers(name) for name in self.issuers or self.heads))

    def is_issuer(self, name: str) -> bool:
        """True for 我局 and for any short form of an issuing organ's name."""
        if _OURS.match(name):
            return True
        if name.startswith(("各", "有关", "相关")):
            return False
        names = [n for n in re.split(r"[、和]", re.sub(r"\([^()]*\)$", "", name)) if n]
        return any(_names(short, fold(full)) for short in names for full in (*self.issuers, *self.heads))

    def addresses(self, subject: str) -> bool:
        """True for a subject that is a recipient by its words: 各县, 你局, or an organ named among the recipients."""
        if not self.recipients:
            return False
        return bool(re.match(r"各|有关|相关|你|全[省市县区]|所有|上述", subject)) or any(subject in group for group in self.groups)

    def who(self, subject: str | None, to: str | None) -> Who:
        """Whose duty it is, from its subject, else from where the report goes (a report to the recipients comes from below)."""
        if subject:
            return self._of_subject(subject)
        if to and not self.is_issuer(to):
            level = tiers(to)
            upper = self.issuer_levels
            # Where several tiers are addressed, the upper one are the issuer's own departments: a report to it is from all of them.
            if level and len(self.levels) == 1 and level == self.levels and not (level & upper):
                return "next_tier"
        return "recipient"

    def _of_subject(self, subject: str) -> Who:
        known = self._cache.get(subject)
        if known is None:
            known = self._cache[subject] = self._judge(subject)
        return known

    def _judge(self, subject: str) -> Who:
        if self.is_issuer(subject):
            return "issuer"
        if any(len(subject) > 3 and (subject in g or same_organ(subject, g)) for g in self.groups):
            return "recipient"
        level = tiers(subject)
        if not level or not self.levels:
            return "recipient"
        if level & self.levels:
            return "recipient"
        if min(level) > max(self.levels):
            return "next_tier"
        if max(level) < min(self.levels) and not subject.startswith(("各", "有关")):
            # A ministry is no stranger to a notice that goes to all ministries, nor a government's office to its government.
            if STATE in self.levels and STATE in level:
                return "recipient"
            ours = level == self.issuer_levels and any(name.endswith("政府") for name in self.issuers)
            return "issuer" if ours else "other"
        return "recipient"


def _names(short: str, full: str) -> bool:
    """True where a short name with its place (市财政局, 清远市财政局) stands for the full one; 财政局 alone could be anybody's."""
    if len(short) == 2:  # 省厅, 市局
        return short[0] in full and short[1] in full[-4:]
    return (short[0] in "省市县区旗镇乡国中" or short[:2] == full[:2]) and same_organ(short, full)


def _acts(who: str) -> bool:
    """True for words that begin with a verb (组织各县…), not for those that only sound like it (养殖场, 种植户)."""
    return bool(ACTING.match(who)) and who[-1] not in "场户"


def subject_of(part: str) -> tuple[str, str] | None:
    """The subject a clause begins with, and the rest after it; None where it begins with its verb."""
    match = _UPPER.match(part.strip(" ")) or _SUBJECT.match(part.strip(" "))
    who = match["who"] if match else ""
    if match and "的" in who and ACTING.match(who):
        who = who.rsplit("的", 1)[1]  # 申报贴息的养殖场要…
    if match and match.re is _UPPER:
        return who, part.strip(" ")[match.end() :]
    if match is None or len(who) < 2 or _NOT_SUBJECT.match(who) or _NOT_WITHIN.search(re.sub(r"\([^()]*\)", "", who)) or _acts(who):
        return None
    return who, part.strip(" ")[match.end() :]


def announces(rest: str) -> bool:
    """True where what follows a subject only says what it is going to do (将于, 拟于)."""
    return bool(_WILL.match(rest)) and not _HANDS_OVER.match(rest)


def actor(who: Who) -> Actor:
    """The JSON word for a who that has been found to have the duty."""
    return "recipient" if who == "other" else who
