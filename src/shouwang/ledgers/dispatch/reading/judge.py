"""Is it a deadline, is it an instruction: the judgement of a phrase and a group in their sentence."""

from __future__ import annotations

import re

from .context import Context, subject_of
from .deadlines import Deadline
from .instructions import clauses, still_reason
from .words import ACTING, CLOSED, DONE, MODAL, REPORT

_MODAL_START = re.compile(rf"(?:[^,。;:]{{0,50}}?)(?:{MODAL})")
_DESCRIBES = re.compile(
    r"[^,。;]{0,6}有(?!关|效|序|力|针对|条件|计划|步骤|意)|[^,。;]{1,40}?(?:是(?!否)|均为|都是|属于|属|具有|意味着"
    r"|关系到|事关|有助于|有利于|旨在|标志着|面临|存在|仍然|依然|目前|近年来|近日)"
)
_OPENS = re.compile(rf"{ACTING.pattern}|负责|按照?|根据|结合|于|在")
_UPON = re.compile(r"(?:要|并|应)?对[^,。;]{2,60}?(?:进行|予以|给予|实行|开展|加以|做到)")
_NAMES = re.compile(r"[^,。;]{2,14}?(?:为:?\d|(?<![特尤一二三四五六七八九别其只还总但凡若要于就的])是(?!否))")
_ATTRIBUTE = re.compile(
    r"(?:已|新|未|所)?(?:到期|建成|取得|签订|登记|成立|注册|出生|入职|参加|发放|立项|开工|竣工|投产|发生|退休|办理"
    r"|认定|设立|印发|出台|发布|颁布|纳入|脱贫|退出|生效|入库|录入|标注|存续|毕业|参保|就业|返乡|生产|购买|形成|实施"
    r"|批准|获得|结束|收到|受理|核准|流转|投保|购置|建档|识别|在册|在库|在岗|签约|备案|评定|授予|列入|完工|存栏|种植|投入使用)"
    r"[^,。;]{0,14}?的"
)
_OBLIGES = re.compile(
    r"完成|实现|达到|建成|落实|报|提交|反馈|办结|到位|解决|开展|组织|制定|印发|出台|启动|建立|整改|整治|清理|公布"
    r"|公开|公示|上线|投入|覆盖|申报|推荐|填|送|寄|汇总|审核|缴|支付|发放|拨付|兑现|退|交|做好|形成|修订|编制|摸清"
    r"|排查|检查|自查|核|配齐|补齐|消除|取消|停止|关闭|拆除|录入|更新|登录|上传|全部|基本|确保|力争|争取"
)
_EVENT = re.compile(
    r"召开|举行|举办|开幕|报到|放假|调休|上班|施行|生效|实施之日|起执行|有效|试行期|会议时间|会期|时间:|地点|考试"
    r"|开考|开学|上市|播出|公示期|举报|值班|活动时间|活动期间|主题日|成立于|出生"
)
_TIME_LABEL = re.compile(
    r"(?:报送|上报|提交|完成|申报|报名|截止|反馈|整改|填报|缴交|受理|办结|征集|推荐|材料|网上|收件"
    r"|阶段)[^,。;:]{0,8}(?:时间|时限|期限|日期|要求)(?:为|:|是)*$|(?:时限|期限|完成时间|截止日期"
    r"|截止时间)[^,。;]{0,4}$"
)


def names_limit(heading: str) -> bool:
    """True for a heading such as 申报时间, below which a date alone (7月12日—8月11日) is the limit."""
    return bool(_TIME_LABEL.search(heading))


_LABEL_AFTER = re.compile(r"为?[^,。;]{0,6}(?:申报|报名|填报|受理|报送|征集)(?:时间|时段|期)")
# Right after a bare date: 5月5日上报…, 8月15日前没有“前”字而直接报送, 将…报…
_HANDS_IN = re.compile(
    r"\s*(?:(?:各|请|由)[^,。;]{1,12}?)?(?:统一|集中|一次性|前往)?(?:(?:将|把)[^,。;]{2,60}?)?(?:报送|上报|填报|报(?![告表名道刊])|提交|反馈|送(?!达)|寄|发送|完成|办结|交(?![通流易]))"
)
# What may stand right before 3月底, 上半年 and the like where they say when: nothing, a preposition, a modal, a subject.
_ADVERBIAL = re.compile(
    r"(?:^|于|在|要|应|须|请|务必|力争|确保|争取|计划|并|同时|单位|部门|地区|各地|县|区|市|局|厅|委|办|镇|乡|街道"
    r"|政府|组|企业|中心|\)|原则上|必须|分别)$"
)
# The other dates of a row (分别于6月底和7月底报送) stand between a date and what belongs to it.
_DATE = r"(?:\d{4}年)?(?:\d{1,2}月)?(?:\d{1,2}[日号]|底|末|[上中下]旬)?(?:\([^)]*\))?"
_ROW_BEFORE = re.compile(rf"(?:{_DATE}(?:[、,]|和|及|以及|与))+$")
_ROW_AFTER = re.compile(rf"^(?:(?:[、,]|和|及|以及|与)(?=\d){_DATE})+")
_STAGE = re.compile(r"阶段|步骤|环节|\(|时间|:")
_VALID = re.compile(
    r"有效期|执行期限|执行期|期限为|期间|期内|试行|任期|服务期|活动时间|公示期|考核期|评价期|统计期|数据(?:截至|截止)"
    r"|截至|汛期|禁渔|休渔|免征|减半|减按|享受|发生的|产生的|范围"
)
_CONDITION = re.compile(r"(?:未|逾期|超过|不能|无法|没有)[^,。;]{0,4}$")


_MATTERS = re.compile(r"具有[^,。;]{0,12}(?:意义|作用|价值)|意义(?:十分|非常)?重大|使命光荣|任重道远")


def is_instruction(group: str) -> bool:
    """True where a group of clauses tells somebody to do something."""
    if _MATTERS.search(group):
        return False
    reasons = True
    for i, (a, b) in enumerate(clauses(group, 0, len(group))):
        part = group[a:b].strip(" ,;。:")
        reasons = reasons and still_reason(part, i)
        if reasons or CLOSED.match(part):
            continue
        if _UPON.match(part):
            return True
        if _NAMES.match(part):
            continue
        if ACTING.match(part) or re.match(MODAL, part):
            return True
        if _MODAL_START.match(part) and not _DESCRIBES.match(part):
            return True
        subject = subject_of(part)
        if subject and not DONE.search(part) and _OPENS.match(subject[1]):
            return True
    return False


def is_deadline(
    phrase: Deadline, flat: str, span: tuple[int, int], sentence: str, context: Context, instruction: bool, title: bool
) -> bool:
    """True where a phrase of time says by when the people addressed have something to do.

    Not so: a start, a holiday or event, a span of validity, a date in the past, an attribute (2019年底前发放的贷款), what is
    already done.
    """
    if phrase.role in ("start", "window"):
        return False
    before, after = flat[span[0] : phrase.start], flat[phrase.end : span[1]]
    lead, tail = re.split(r"[,;。:]", before)[-1], re.split(r"[,;。]", after)[0]
    if phrase.due and context.base and phrase.due < context.base:
        return False
    if DONE.search(lead[-12:]) or (re.match(r"[^,]{0,12}?已(?!经?[建获取])", tail) and not REPORT.search(tail)):
        return False
    if _ATTRIBUTE.match(tail) or re.match(r"的(?!时间)", tail) or _CONDITION.search(lead):
        return False
    if phrase.role == "recurring":
        return instruction or bool(REPORT.search(flat[span[0] : span[1]]))
    if phrase.role in ("limit", "event"):
        return _limits(phrase, lead, tail, after, sentence)
    return _asks(phrase, before, lead, tail, after, instruction, title)


def _limits(phrase: Deadline, lead: str, tail: str, after: str, sentence: str) -> bool:
    """A phrase that sets a limit by its words is a deadline unless it tells of validity or forbids for a time."""
    if re.search(r"放假|调休", sentence) or re.search(r"有效期|执行期限|试行期|公示期|任期", lead):
        return False
    counted = re.search(r"(?:小时|日|天|周|月|年|工作日|分钟)(?:之|以)?内$", phrase.phrase)
    if counted and not phrase.due and phrase.role == "limit":
        return bool(_OBLIGES.search(after))
    if counted:
        return not re.match(r"(?:无|未|不得|不再|新增|累计|有效|免|没有|连续|发生|因|曾)", tail) and bool(
            _OBLIGES.search(after) or REPORT.search(lead)
        )
    # 3月1日前不得开学 forbids until then.
    return not re.match(r",?(?:一律|原则上)?(?:不得|不准|不允许|不再|不开|不组织|不举办|暂不|暂停|禁止|停止营业)", tail)


def _asks(phrase: Deadline, before: str, lead: str, tail: str, after: str, instruction: bool, title: bool) -> bool:
    """A date or span without a limiting word is a deadline where something is to be handed in or finished then."""
    around = lead + tail
    if phrase.role == "asof":
        return bool(_TIME_LABEL.search(lead) or re.search(r"(?:申报|报名|受理|征集|提交|报送|填报)", lead))
    if _EVENT.search(around) or _VALID.search(around):
        return False
    if _TIME_LABEL.search(lead) or _TIME_LABEL.search(before) or _LABEL_AFTER.match(tail):
        return True
    if title:
        return phrase.role == "span" or bool(_STAGE.search(lead))
    lead, tail = _ROW_BEFORE.sub("", lead), _ROW_AFTER.sub("", tail)
    if not _ADVERBIAL.search(lead.strip()):
        return False
    if phrase.role == "bare":
        return bool(_HANDS_IN.match(tail)) and bool(re.search(r"(?:于|在|请|务必|要|应|须)$", lead) or not lead.strip())
    if re.match(r"(?:以来|召开|举行)", tail):
        return False
    if re.match(
        r"[^,。;]{0,12}?(?:全部|基本|全面)?(?:完成|实现|达到|建成|办结|报送|上报|开展|启动|制定|出台|形成|推开|推广"
        r"|全面实施|到位)",
        tail,
    ):
        return True
    return instruction and bool(_OBLIGES.search(tail) or _OBLIGES.search(after))
