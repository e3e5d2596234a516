"""The parts of the reader on their own: text, numbers, organs, contacts, instructions, particulars, ledgers."""

from __future__ import annotations

import datetime as dt

import pytest

from shouwang.kernel.calendar import national
from shouwang.ledgers.dispatch.reading import contacts, details, instructions, numbers, organs, signature
from shouwang.ledgers.dispatch.reading.context import Context, subject_of
from shouwang.ledgers.dispatch.reading.hints import ledgers_for
from shouwang.ledgers.dispatch.reading.text import canonical, clean, fold, number, paragraphs, sentences


def test_text_broken_at_a_fixed_width_is_put_together() -> None:
    line = "各区要认真摸清贫困劳动力底数并逐户逐人建立需求台账"
    body = "\n".join(["　　" + line[:24], line, line, "抓好落实。"] * 5)
    assert clean(body).split("\n") == [line[:24] + line + line + "抓好落实。"] * 5


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("一手抓疫情防控，坚决打赢脱贫攻坚战，一手\n\n抓脱贫攻坚。", "一手抓疫情防控，坚决打赢脱贫攻坚战，一手抓脱贫攻坚。"),
        ("各区财政局、农业农村局、扶贫办，\n市直有关单位：", "各区财政局、农业农村局、扶贫办，市直有关单位："),
        ("请于2月\n20日前报送。", "请于2月20日前报送。"),
        ("请于2020年2月2\n0日前报送。", "请于2020年2月20日前报送。"),
        ("电话：0754-88880001\n2020年2月14日", "电话：0754-88880001\n2020年2月14日"),
        ("省财政厅 李四 83170281\n2020年2月14日", "省财政厅 李四 83170281\n2020年2月14日"),
        ("一、总体要求\n各区要抓好落实。", "一、总体要求\n各区要抓好落实。"),
        ("甲。\n— 3 —\n第 4 页 共 9 页\n乙。", "甲。\n乙。"),
        ("请抓好落实，有问题请与我局联系\n青川市农业局\n2020年1月1日", "请抓好落实，有问题请与我局联系\n青川市农业局\n2020年1月1日"),
        ("\ufeff甲\u200b乙\r\n丙\x0c丁", "甲乙\n丙\n丁"),
    ],
)
def test_cleaning(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


def test_folding_keeps_every_offset() -> None:
    text = "（２０２０）〔３〕：○　Ａ"
    assert (len(fold(text)), fold(text)) == (len(text), "(2020)〔3〕:〇 A")


@pytest.mark.parametrize(
    ("written", "value"), [("二〇二〇", 2020), ("十", 10), ("十五", 15), ("二十三", 23), ("两", 2), ("一百零五", 105), ("7", 7)]
)
def test_chinese_numerals(written: str, value: int) -> None:
    assert number(written) == value


def test_the_way_back_from_the_canonical_form() -> None:
    flat = "于二〇二〇 年二月二十日前"
    form = canonical(flat, offset=3)
    assert form.text == "于2020年2月20日前"
    start, end = form.source(1, len(form.text))
    assert flat[start - 3 : end - 3] == flat[1:]


def test_the_list_of_responsible_organs_stays_with_its_sentence() -> None:
    flat = "明确分工。抓好落实。(财政部负责)"
    assert [flat[a:b] for a, b in sentences(flat)] == ["明确分工。", "抓好落实。(财政部负责)"]


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("粤农办〔2012〕328 号", "粤农办〔2012〕328号"),
        ("粤农[2010]120号", "粤农〔2010〕120号"),
        ("(粤农(2007)235号)", "粤农〔2007〕235号"),
        ("青 农 发【2019】7号", "青农发〔2019〕7号"),
        ("农计(示范)[2016]16号", "农计(示范)〔2016〕16号"),
        ("特急 青扶组电〔2020〕7号", "青扶组电〔2020〕7号"),
        ("青扶办〔2020〕7号 签发人:甲乙", "青扶办〔2020〕7号"),
        ("关于转发青扶办〔2020〕7号文件的通知", None),
    ],
)
def test_own_number(line: str, written: str | None) -> None:
    assert numbers.own_number(line) == written


def test_cited_numbers_without_the_words_before_them() -> None:
    flat = "按照国办发〔2018〕127号和《通知》(农办市[2012]20号)、根据粤府办(2019)3号文件要求,再按国办发〔2018〕127号"
    assert numbers.cited(flat) == ["国办发〔2018〕127号", "农办市〔2012〕20号", "粤府办〔2019〕3号"]


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("2020年2月14日", dt.date(2020, 2, 14)),
        ("二〇一二年八月三十一日", dt.date(2012, 8, 31)),
        ("二〇一一年十月八日", dt.date(2011, 10, 8)),
        ("二0一二年元月十日", dt.date(2012, 1, 10)),
        ("二〇一九年十二月廿五日", dt.date(2019, 12, 25)),
        ("2020-02-14", dt.date(2020, 2, 14)),
        ("2020年2月30日", None),
        ("2018年10日11日", None),
        ("2019610", None),
        ("2019年3月", None),
    ],
)
def test_signature_date(line: str, day: dt.date | None) -> None:
    assert signature.read_date(line) == day


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("青川市财政局 青川市农业农村局", ["青川市财政局", "青川市农业农村局"]),
        ("农 业 部", ["农业部"]),
        ("青 川 市 财 政 局   青川市扶贫开发办公室", ["青川市财政局", "青川市扶贫开发办公室"]),
        ("省质监局 省财政厅 省农业厅", ["省质监局", "省财政厅", "省农业厅"]),
        ("中共青川市委 青川市人民政府", ["中共青川市委", "青川市人民政府"]),
        ("青川市扶贫开发办公室(盖章)", ["青川市扶贫开发办公室"]),
    ],
)
def test_organs_of_a_signature_line(line: str, names: list[str]) -> None:
    assert organs.split_organs(line) == names


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("各地级以上市农业局", {organs.CITY}),
        ("县(市、区)农业局(农业行政主管部门)", {organs.COUNTY}),
        ("各区(县)扶贫开发领导小组", {organs.COUNTY}),
        ("各省、自治区、直辖市人民政府", {organs.PROVINCE}),
        ("国务院各部委、各直属机构", {organs.STATE}),
        ("各镇(街道)", {organs.TOWN}),
        ("各村(社区)", {organs.VILLAGE}),
        ("省农业厅", {organs.PROVINCE}),
        ("汕头市扶贫开发办公室", {organs.CITY}),
        ("市场监管总局", set()),
        ("申报单位", {organs.BELOW}),
        ("各地区、各部门", set()),
        ("部分地区", set()),
    ],
)
def test_tiers(name: str, levels: set[int]) -> None:
    assert organs.tiers(name) == levels


@pytest.mark.parametrize(
    ("short", "full", "same"),
    [
        ("市扶贫办", "汕头市扶贫开发办公室", True),
        ("省农业厅", "广东省农业厅办公室", True),
        ("市财政局", "汕头市扶贫开发办公室", False),
        ("县农业局", "湛江市农业局", False),
        ("省厅", "广东省农业厅", False),
    ],
)
def test_short_names_of_organs(short: str, full: str, same: bool) -> None:
    assert organs.same_organ(short, full) is same


@pytest.mark.parametrize(
    ("part", "subject"),
    [
        ("各地级以上市农业局要认真审核,", "各地级以上市农业局"),
        ("由县(市、区)农业局(农业行政主管部门)在规定的时间内填报,", "县(市、区)农业局(农业行政主管部门)"),
        ("请科技部、农业农村部、卫生健康委等部门在2019年2月底前完成。", "科技部、农业农村部、卫生健康委等部门"),
        ("并形成纸质问卷由局主管负责同志审定后,", None),
        ("要充分发挥驻村工作队在脱贫攻坚中的作用,", None),
        ("加强部门协作,", None),
        ("经我厅研究,", None),
    ],
)
def test_subject_of_a_clause(part: str, subject: str | None) -> None:
    found = subject_of(part)
    assert (found[0] if found else None) == subject


CITY_NOTICE = Context(("青川市扶贫开发办公室",), "各县（市、区）扶贫办，市直有关单位", dt.date(2020, 3, 1))


@pytest.mark.parametrize(
    ("subject", "to", "who"),
    [
        ("各县(市、区)扶贫办", None, "recipient"),
        ("县扶贫办", None, "recipient"),
        ("各乡镇", None, "next_tier"),
        ("申报主体", None, "next_tier"),
        ("我办", None, "issuer"),
        ("市扶贫办", None, "issuer"),
        ("省扶贫办", None, "other"),
        ("各地各部门", None, "recipient"),
        (None, "县扶贫办", "recipient"),
        (None, "我办", "recipient"),
        (None, None, "recipient"),
    ],
)
def test_whose_duty_it_is(subject: str | None, to: str | None, who: str) -> None:
    assert CITY_NOTICE.who(subject, to) == who


def test_the_recipients_of_a_joint_notice_are_not_its_issuers() -> None:
    joint = Context(("清水市农业农村局", "清水市财政局"), "各县（市、区）农业农村局、财政局", dt.date(2020, 3, 1))
    assert joint.who("各县(市、区)农业农村局、财政局", None) == "recipient"
    assert joint.who("县财政局", None) == "recipient"
    assert joint.who("市财政局", None) == "issuer"
    assert joint.who("市农业农村局和市财政局", None) == "issuer"


def test_a_report_to_the_recipients_comes_from_below() -> None:
    notice = Context(("青川市扶贫开发办公室",), "各县（市、区）扶贫办", dt.date(2020, 3, 1))
    assert notice.who(None, "县(市、区)扶贫办") == "next_tier"


def reached(text: str) -> list[tuple[str, int, int]]:
    return [(c.name, len(c.phones), len(c.emails)) for c in contacts.contacts(paragraphs(clean(text)))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("联系人：张三（0754-88880001）", [("张三", 1, 0)]),
        ("联系人：张三、李四；电话/传真：0754-88880001", [("张三", 1, 0), ("李四", 1, 0)]),
        ("联系人：张三（电话：88880001）、李四（电话：88880002）", [("张三", 1, 0), ("李四", 1, 0)]),
        ("联 系 人：张 三 李四\n联系电话：88880001 88880002\n邮 箱：a@b.cn", [("张三", 1, 1), ("李四", 1, 0)]),
        ("联系人：计财科 张三（3370339）、科教科 李四（3361220）", [("张三", 1, 0), ("李四", 1, 0)]),
        ("市扶贫办联系人：张三，电话：88880001\n市财政局联系人：李四，电话：88880002", [("张三", 1, 0), ("李四", 1, 0)]),
        ("如有疑问，请与市扶贫办综合科联系（电话：88880001，邮箱：a@b.cn）。", [("市扶贫办综合科", 1, 1)]),
        ("联系电话：0754-88880001", [("", 1, 0)]),
        ("联系人：李XX，手机：13800000001", [("李XX", 1, 0)]),
        ("请明确1名联络员，并于3月5日前将联络员名单报我办。", []),
        ("电子版请发至abc@example.org。", []),
        ("在农业大厦（解放路6号，联系电话：0351-4690000）报到，下午开会。", []),
        ("监督举报电话：12317", []),
        ("联系人：张三，地址：解放路1号，邮编：515000", []),
    ],
)
def test_contacts(text: str, found: list[tuple[str, int, int]]) -> None:
    assert reached(text) == found


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        (
            "摸清底数情况和就业意愿,根据统一部署,优先组织返程返岗和外出务工。",
            ["摸清底数情况和就业意愿,", "根据统一部署,优先组织返程返岗和外出务工。"],
        ),
        ("组织做好种苗农资供应工作,确保生产不受影响。", ["组织做好种苗农资供应工作,确保生产不受影响。"]),
        (
            "为加强管理,提高效益,现将《办法》印发给你们,请各地制定细则。",
            ["为加强管理,提高效益,现将《办法》印发给你们,", "请各地制定细则。"],
        ),
        (
            "各地要于2月20日前,将情况报送市扶贫办,报告主要包括成效和建议。",
            ["各地要于2月20日前,将情况报送市扶贫办,报告主要包括成效和建议。"],
        ),
    ],
)
def test_a_sentence_comes_apart_into_instructions(sentence: str, parts: list[str]) -> None:
    assert [sentence[a:b] for a, b in instructions.split(sentence, 0, len(sentence))] == parts


@pytest.mark.parametrize(
    ("text", "to", "papers"),
    [
        ("将贯彻落实情况报送市扶贫办", "市扶贫办", ("贯彻落实情况",)),
        ("于3月5日前将汇总表、工作总结报我局（市场与信息化科）", "我局（市场与信息化科）", ("汇总表", "工作总结")),
        ("并汇总县级的纸质问卷于9月16日前报省农业厅", "省农业厅", ("县级的纸质问卷",)),
        ("向省扶贫办报告", "省扶贫办", ()),
        ("认真做好申报材料审核工作", None, ()),
        ("请将旱灾情况上报县救灾办和县防汛抗旱指挥部办公室", "县救灾办和县防汛抗旱指挥部办公室", ("旱灾情况",)),
    ],
)
def test_particulars_of_a_report(text: str, to: str | None, papers: tuple[str, ...]) -> None:
    assert (details.addressee(text), details.deliverables(text)) == (to, papers)


def test_responsible_organs_in_brackets() -> None:
    assert details.responsible("抓好落实。(财政部牵头,农业农村部等(按职责分工)负责)") == "财政部牵头,农业农村部等(按职责分工)负责"
    assert details.responsible("抓好落实。") is None


@pytest.mark.parametrize(
    ("text", "ledger"),
    [
        ("妥善安置暂时无法外出务工的贫困劳动力", "employment"),
        ("做好扶贫小额信贷贴息工作", "credit"),
        ("建立防止返贫监测和帮扶机制", "monitoring"),
        ("切实防止农产品滞销", "produce"),
        ("认真贯彻会议精神", "dispatch"),
    ],
)
def test_the_ledger_a_duty_concerns(text: str, ledger: str) -> None:
    assert ledgers_for(text)[0] == ledger


def test_the_calendar_decides_working_days() -> None:
    from shouwang.ledgers.dispatch.reading import read_notice

    text = "各区扶贫办：\n请收到本通知后3个工作日内报送。\n青川市扶贫办\n2020年2月14日"
    closed = national().with_exceptions({dt.date(2020, 2, day): (False, "停工") for day in (17, 18)})
    assert [d.due for d in read_notice(text, today=None).duties] == [dt.date(2020, 2, 19)]
    assert [d.due for d in read_notice(text, today=None, calendar=closed).duties] == [dt.date(2020, 2, 21)]
