"""State organs by their names: what looks like one, on which tier it stands, whether two names mean the same one."""

from __future__ import annotations

import re
from functools import lru_cache

SUFFIX = (
    r"(?:委员会|办公室|办公厅|人民政府|政府|领导小组|工作组|专项组|小组|指挥部|联席会议|联防联控机制|机制|管委会"
    r"|居委会|村委会|党委|党组|党支部|工委|纪委|监委|团委|政法委|"
    r"总工会|工会|妇联|残联|工商联|文联|科协|侨联|红十字会|协会|学会|联合会|商会|总会|研究会|基金会|促进会|"
    r"法院|检察院|研究院|科学院|学院|医院|国务院|办事处|管理处|事务所|研究所|派出所|服务所|卫生院|"
    r"总局|分局|支局|专员办|监管局|银行|支行|分行|联社|信用社|供销社|合作社|总社|公司|集团|中心|总站|总队|支队|大队|"
    r"大学|学校|中学|小学|党校|农场|林场|厂|站|局|厅|部|委|办|署|司|处|科|股|所|室|院|会|队|社|校|馆|台|组|园区"
    r"|开发区|示范区|新区|兵团|常委会|街道|镇|乡)"
)
_ENDS = re.compile(SUFFIX + r"$")
_NOT_NAME = re.compile(r"[,。;:!?=~%]|^(?:附|注|图|表|备注|抄送|主送|各|请|关于|转发|印发|联系)|^[\d(]")
PROXY = re.compile(r"\(?\s*代\s*(?:章|印|盖章)\s*\)?")
_STAMP = re.compile(r"\(\s*(?:盖\s*章|公\s*章|印\s*章|章|印)\s*\)")

STATE, PROVINCE, CITY, COUNTY, TOWN, VILLAGE, BELOW = range(7)
# Words that place a group of organs, taken out as they are found: the compound ones first, since 县(市、区) holds a 市.
_PLACES = (
    (
        BELOW,
        r"申报(?:单位|主体|企业|人)|项目(?:单位|业主|承担单位|实施单位)|建设单位|承办单位|用人单位|实施主体|经营主体"
        r"|(?<!中央)(?<!国有)企业(?!局|家)|合作社(?!部|处)|养殖场|猪场|农户|养殖户|种植户",
    ),
    (VILLAGE, r"行政村|自然村|村\(社区\)|村\(居\)|村级|各村|各社区|驻村|村委会|居委会|村两委|社区居委会"),
    (
        TOWN,
        r"乡\(镇[^)]{0,8}\)|镇\([街乡区][^)]{0,6}\)|乡镇|镇乡|镇街|各镇|各乡|街道办?|镇级|乡级|[一-龥]{2}镇(?=人民政府"
        r"|政府|党委|$)|乡政府",
    ),
    (
        COUNTY,
        r"市、县\(市、区\)|县\([^)]{1,8}\)|区\(县[^)]{0,4}\)|区\(市[^)]{0,4}\)|县\(市\)区|县、区|区、县|市、区|县级以上"
        r"|县级|区县|县区|县市区?|旗县|各县|各区(?!域)|区级",
    ),
    (
        CITY,
        r"地级以上市|地级市|各?设区的?市|各市\([^)]{1,8}\)|市\([州地][^)]{0,6}\)|州\(?市\)?|市、州|市、自治州|州、市|市级"
        r"|各市(?!直)|各地市|地市|各州|各盟|市州",
    ),
    (PROVINCE, r"省、自治区|自治区、直辖市|省\([^)]{1,10}\)|各省|省级|省直|区、市\)"),
    (STATE, r"中央(?!企业)|国务院|全国|国家|各部委|直属机构|[一-龥]{2,8}部(?=、|等|,|$|要|会同|牵头|负责|应)"),
)
_PLACE = tuple((level, re.compile(pattern)) for level, pattern in _PLACES)
_OWN = (
    (PROVINCE, re.compile(r"^(?:我|本|全)?省(?!直属)|^[一-龥]{2,3}省|^[一-龥]{2,4}自治区|^(?:北京|上海|天津|重庆)市")),
    (CITY, re.compile(r"^(?:我|本|全)?市(?!场)|^[一-龥]{2,5}市(?!场)")),
    (COUNTY, re.compile(r"^(?:我|本|全)?[县区旗]|^[一-龥]{2,4}[县区旗]")),
    (TOWN, re.compile(r"^(?:我|本|全)?[镇乡]|^[一-龥]{2,4}[镇乡]|街道")),
    (VILLAGE, re.compile(r"村|社区")),
)


def looks_like_organ(line: str) -> bool:
    """True for a folded line that is nothing but the name of an organ (or several, set apart by spaces)."""
    bare = _STAMP.sub("", PROXY.sub("", line)).strip(" ()")
    dense = bare.replace(" ", "")
    return 2 <= len(dense) <= 60 and not _NOT_NAME.search(bare) and bool(_ENDS.search(dense)) and "\t" not in line


def split_organs(line: str) -> list[str]:
    """The organs named on a folded signature line: 市财政局 市农业农村局 → two, 省 质 监 局 → one.

    Single characters set apart for alignment are closed up first; a name ends where its word ends in an organ's suffix.
    """
    words = _STAMP.sub("", line).split()
    if len(words) > 1 and sum(len(w) == 1 for w in words) == len(words):
        words = ["".join(words)]
    words = [part for word in words for part in _run_together(word)]
    names: list[str] = []
    pending = ""
    for word, following in zip(words, [*words[1:], ""], strict=False):
        pending += word
        spaced = len(word) == 1 and len(following) == 1
        if len(pending) >= 3 and not spaced and _ENDS.search(pending):
            names.append(pending)
            pending = ""
    return [*names, pending] if pending else names


def _run_together(word: str) -> list[str]:
    """Organs of one place written without a space: 青川市财政局青川市扶贫开发办公室 → two."""
    place = word.removeprefix("中共")[:2]
    cut = word.find(place, len(word) - len(word.removeprefix("中共")) + 2)
    if len(place) < 2 or cut < 0 or not _ENDS.search(word[:cut]) or not _ENDS.search(word[cut:]):
        return [word]
    return [word[:cut], *_run_together(word[cut:])]


@lru_cache(maxsize=2048)
def tiers(name: str) -> frozenset[int]:
    """The tiers a group of organs (各县（市、区）农业局) or a single one (市扶贫办) stands on; empty where the name does not say."""
    found: set[int] = set()
    left = name
    for level, pattern in _PLACE:
        left, hits = pattern.subn("#", left)
        if hits:
            found.add(level)
    if not found:
        plain = re.sub(r"地区|[园牧林山灾库校片景]区|社区(?!居)|农村", "#", name)
        first = next((level for level, pattern in _OWN if pattern.search(plain)), None)
        found = set() if first is None else {first}
    return frozenset(found)


@lru_cache(maxsize=2048)
def same_organ(short: str, full: str) -> bool:
    """True where a short name stands for a full one (市扶贫办 — 汕头市扶贫开发办公室): same characters in the same order."""
    short, full = short.replace(" ", ""), full.replace(" ", "")
    if len(short) < 3 or short[-1] not in full:
        return False
    at = -1
    for char in short:
        at = full.find(char, at + 1)
        if at < 0:
            return False
    return True
