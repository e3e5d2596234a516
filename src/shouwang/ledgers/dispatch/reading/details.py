"""Particulars of a duty: where a report goes, what is to be handed in, what it must contain, who is responsible."""

from __future__ import annotations

import re

from .organs import SUFFIX
from .text import fold

_GO = (
    r"(?:报送|上报|报告(?=[我本省市县区国镇])|呈报|报备|反馈|提交|送达|送交|寄送|发送|函告|传真|上传"
    r"|(?<![申填汇通预举情简海])报(?!告(?!我|本|省|市|县|区|国|各级)|表|名|道|销|价|废|刊)|告|送(?!达)|寄"
    r"|发(?![展放动挥生现布起])|传(?!达|统|播)|交(?![通易流办接]))(?:至|到|给|往|回)?"
)
_NAMED = rf"(?:[^,。;:(《“”》于将把请与的及通过年月日前后并抄由\d、]|、(?=[省市县区]))*(?:部门|单位|机构|{SUFFIX})(?![公楼路号])"
_TO = re.compile(
    rf"{_GO}(?P<to>(?:我|本|省|市|县|区|镇|国|部|中央|厅|局|[一-龥])(?:{_NAMED})(?:(?:和|、){_NAMED})?)(?P<desk>\([^()]{{2,20}}\))?"
)
_TOWARDS = re.compile(rf"向(?P<to>[^,。;:(]{{1,25}}?{SUFFIX})(?:书面)?(?:报告|报送|汇报|反馈|提交|推荐|申报|备案)")
_PAPER = (
    r"(?:报告|总结|方案|汇总表|统计表|明细表|申请表|登记表|调查表|推荐表|回执|表格|报表|一览表|自评表|评分表|表|名单"
    r"|台账|清单|信息|材料|情况|意见|建议|问卷|数据|计划|文件|函|照片|电子版|纸质版|扫描件|文档|案例|样品|简报|说明"
    r"|证明|资料|书|册)"
)
_HANDED = re.compile(r"(?:将|把)(?!于|在|好|关|握|控|住)(?P<what>[^,。;]{2,90})")
_CUT = re.compile(
    r"通过[^,。;]{2,20}?(?:报|送|发|传|交)|(?:于|在|经|以|统一|一并|分别|及时|按时|按要求|汇总|加盖公章|以正式文件"
    r"|以书面)?(?:后)?(?:(?:于|在)?(?:\d{4}年)?\d{1,2}[月.]\d|(?:于|在)?\d{1,2}[月日]|(?:于|在)(?=[本每今明下次规])"
    r"|电子版发|(?:书面)?(?:报送|上报|呈报|报备|反馈|提交|送达|送交|送至|送到|寄|发送|发至|发到|上传|传真|抄送"
    r"|(?<![申填汇通预举情简海])报(?!告|表|名|道|销|废)|送(?!达)|交(?!通|流|易|办|接)))"
)
_AFTER = re.compile(
    rf"(?:报送|上报|提交|填报|填写|反馈|(?<![申填汇通预举情简海])报(?!送))(?!我|本|省|市|县|区|厅|局|告|至|到"
    rf"|给)(?P<what>[^,。;:将把请与于至]{{0,40}}{_PAPER}》?)"
)
_BEFORE = re.compile(
    rf"(?P<what>[^,。;:将把请]{{1,40}}?{_PAPER})(?:\([^)]*\))?(?:一式\S{{1,3}}份)?(?:电子版|纸质版)?,?(?:于|在|请|务必"
    rf"|经)[^,。;]{{0,30}}?(?:报送|上报|报|提交|反馈|送|寄|发)"
)
_DATE_WORDS = re.compile(r"(?:请|要|应|须|务必|各[^,。;将把]{0,20})?(?:于|在)?\d{0,4}年?\d{1,2}月\S{0,8}?[前底末日](?:前)?")
_CONTENT = re.compile(
    r"(?:报告|材料|总结|情况|内容|信息|汇报|方案)(?:内容|情况)?(?:应当?|要|须|需)?(?:主要|重点|具体"
    r"|至少)?(?:内容)?(?:包括|包含|涵盖|含|有|为):?(?P<list>[^。;]{4,200})"
)
_RESPONSIBLE = re.compile(r"\(((?:[^()]|\([^()]*\))*?(?:牵头|负责|责任单位|配合|分工|落实|参与)(?:[^()]|\([^()]*\))*)\)[。;]?\s*$")
_FORMULA = re.compile(
    r"[^。]*(?:特?制定本(?:实施)?(?:方案|办法|意见|计划|规定|细则|要点|预案|制度))[。]?$"
    r"|请?(?:紧密)?结合[^,。]{0,10}实际[^。]{0,6}(?:贯彻执行|贯彻落实|抓好落实|遵照执行|组织实施)[。]?$|"
    r"(?:并?就[^。]{2,60}(?:如下|强调|要求)[^。]{0,4},)?(?:请|望|希望?|以上[^,。]{0,6},)?[^,。]{0,20}?(?:遵照执行"
    r"|认真贯彻执行|贯彻执行|贯彻落实|一并贯彻执行|严格执行|参照执行|抓好落实|抓好贯彻落实|组织实施"
    r"|认真抓好落实)[。!]?$|特此|现将|现就|现予|现印发|为(?:了)?[^。]{5,}(?:如下|制定本)"
)
_ASK_US = re.compile(r"请?[与向][^,。;]{2,30}(?:联系|咨询|反映)$|^(?:联系人|联系电话|咨询电话|监督电话|举报电话|邮箱|地址)")
_LIST = re.compile(r"[、,;]|以及|和|及")


def addressee(text: str, after: int = 0) -> str | None:
    """The organ a report goes to (市扶贫办; 我局（市场与信息化科）), as written; text from `after` on is looked at first."""
    flat = fold(text)
    match = next((m for at in dict.fromkeys((after, 0)) if (m := _TOWARDS.search(flat, at) or _TO.search(flat, at))), None)
    if match is None:
        return None
    start, end = match.span("to")
    desk = re.match(rf"\([^()]*?(?:{SUFFIX})[^()]*\)", flat[end:])
    return text[start : end + (desk.end() if desk else 0)].strip()


def deliverables(text: str) -> tuple[str, ...]:
    """The papers to be handed in, in the words of the text."""
    flat = fold(text)
    for handed in _HANDED.finditer(flat):
        cut = _CUT.search(handed["what"], 2)
        if cut:
            return _separate(text[handed.start("what") : handed.start("what") + cut.start()])
    for pattern in (_BEFORE, _AFTER):
        match = pattern.search(flat)
        if match:
            start, end = match.span("what")
            return _separate(text[start:end])
    return ()


def _separate(what: str) -> tuple[str, ...]:
    flat = fold(what)
    lead = re.match(r"(?:一次|并|再|请|汇总(?!表)|填写|形成|认真|及时|如实|同时|以及|和|等|方面|准备)+", flat)
    what, flat = (what[lead.end() :], flat[lead.end() :]) if lead else (what, flat)
    if flat.count("(") > flat.count(")"):
        what = what[: flat.rfind("(")]
        flat = flat[: flat.rfind("(")]
    dated = _DATE_WORDS.match(flat)
    if dated and dated.end() < len(flat) - 1:
        what = what[dated.end() :]
    what = re.sub(r"(?:直接|一并|统一|及时|分别)$", "", what)
    pieces = [p.strip() for p in re.split(r"、|以及|和|及", what) if p.strip()]
    papers = all(re.search(_PAPER + r"(?:\([^)]*\)|（[^）]*）|》)*$", p) for p in pieces)
    return tuple(pieces) if len(pieces) > 1 and papers else (what.strip("，, 的"),) if what.strip("，, 的") else ()


def parts(text: str) -> tuple[str, ...]:
    """What a report must contain (情况报告主要包括…), item by item."""
    match = _CONTENT.search(fold(text))
    if match is None:
        return ()
    start, end = match.span("list")
    return tuple(p for p in (q.strip(" 。等") for q in _LIST.split(text[start:end].replace("，", ",").replace("；", ";"))) if p)


def responsible(flat: str) -> str | None:
    """The organs named as responsible in brackets at the end of a paragraph."""
    match = _RESPONSIBLE.search(flat)
    return match[1] if match else None


def formula(text: str) -> bool:
    """True for the set phrases that ask for nothing particular (请认真贯彻执行, 特此通知)."""
    flat = fold(text).strip(" ,;。")
    return bool(_ASK_US.search(flat)) or (bool(_FORMULA.match(flat)) and len(flat) < 60)
