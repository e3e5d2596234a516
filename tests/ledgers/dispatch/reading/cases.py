"""Made-up notices, each with the traps of real ones, and what a careful clerk would note. Offices, names and numbers are invented."""

from __future__ import annotations

from dataclasses import dataclass, field

Due = tuple[str, str]  # ISO day, by


@dataclass(frozen=True)
class Case:
    name: str
    text: str
    number: str | None = None
    title: str | None = None
    issuers: tuple[str, ...] = ()
    signed: str | None = None
    recipients: str | None = None
    contacts: int = 0
    attachments: int = 0
    headings: dict[int, int] = field(default_factory=dict)
    due: tuple[Due, ...] = ()
    recurring: int = 0
    warned: str = ""


CASES = (
    Case(
        "joint issuers on two lines, contact table, date in Chinese figures",
        """青川市财政局　青川市扶贫开发办公室
关于开展扶贫资金专项检查的通知
青财农〔２０１７〕１８号

各县（区）财政局、扶贫办：

为加强资金管理，现就有关事项通知如下：

一、检查范围。2016年1月1日至2016年12月31日安排的财政专项扶贫资金。
二、时间安排。各县（区）请于四月三十日前完成自查，五月十日前将自查报告报市财政局、市扶贫办。
三、工作要求。市财政局、市扶贫办将于5月下旬组织抽查。

联系人及电话：
市 财 政 局  甲 乙  0831-5550101
市扶贫办  丙丁戊  0831-5550102

青 川 市 财 政 局　　　青川市扶贫开发办公室
二〇一七年四月六日
""",
        number="青财农〔2017〕18号",
        issuers=("青川市财政局", "青川市扶贫开发办公室"),
        signed="2017-04-06",
        contacts=2,
        headings={1: 3},
        due=(("2017-04-30", "recipient"), ("2017-05-10", "recipient")),
    ),
    Case(
        "seal lent by another organ (代章), red head is not the issuer",
        """白石市乡村产业发展联席会议文件

白产联〔2021〕2号

关于报送2021年产业帮扶项目计划的通知

各区人民政府，联席会议成员单位：

根据工作安排，请于3月15日前将2021年产业帮扶项目计划报送联席会议办公室（设在市农业农村局）。

白石市乡村产业发展联席会议
（白石市农业农村局代章）
2021年3月1日
""",
        number="白产联〔2021〕2号",
        title="关于报送2021年产业帮扶项目计划的通知",
        issuers=("白石市乡村产业发展联席会议",),
        signed="2021-03-01",
        due=(("2021-03-15", "recipient"),),
    ),
    Case(
        "a second organ signs only for the seal",
        """各乡镇人民政府：
请于6月20日前完成入户核查。
平湖县防贫监测工作领导小组
平湖县乡村振兴局（代章）
2022年6月1日
""",
        issuers=("平湖县防贫监测工作领导小组",),
        signed="2022-06-01",
        recipients="各乡镇人民政府",
        due=(("2022-06-20", "recipient"),),
    ),
    Case(
        "the only organ below the text signs for the seal, the title names it too",
        """中共青川市委农村工作领导小组办公室关于组织申报改革试验区的通知
青农办函〔2022〕5号
各区委农办：
一、请于6月20日前将申报材料报送我办。
二、我办将择机赴各区调研。请各区于5月20日前报送一名联络员。
中共青川市委农村工作领导小组办公室（代章）
2022年5月16日
""",
        number="青农办函〔2022〕5号",
        title="中共青川市委农村工作领导小组办公室关于组织申报改革试验区的通知",
        signed="2022-05-16",
        headings={1: 2},
        due=(("2022-05-20", "recipient"), ("2022-06-20", "recipient")),
        warned="代章",
    ),
    Case(
        "nested notice as an annex has its own number, deadline, contact and attachments",
        """转发省农业农村厅办公室关于开展农村厕所问题摸排整改“回头看”的通知
临农字〔2021〕66号
各县（市、区）农业农村局：
现将《省农业农村厅办公室关于开展农村厕所问题摸排整改“回头看”的通知》（鲁农厅字〔2021〕40号）转发给你们，请认真抓好落实，并于9月25日前将工作情况报我局农村社会事业科。
附件：省农业农村厅办公室关于开展农村厕所问题摸排整改“回头看”的通知
临水市农业农村局
2021年9月8日
（联系人：甲某，电话：0539-5550001）
附件
山东省农业农村厅办公室
关于开展农村厕所问题摸排整改“回头看”的通知
鲁农厅字〔2021〕40号
各市农业农村局：
为巩固成果，现就有关事项通知如下：
一、全面摸排。各市要于9月20日前完成摸排。
二、及时报送。请于9月30日前将摸排情况报省厅。
附件：1.摸排情况表
2.整改台账
山东省农业农村厅办公室
2021年9月1日
（联系人：乙某，电话：0531-5550002）
""",
        number="临农字〔2021〕66号",
        title="转发省农业农村厅办公室关于开展农村厕所问题摸排整改“回头看”的通知",
        issuers=("临水市农业农村局",),
        signed="2021-09-08",
        contacts=1,
        attachments=1,
        headings={1: 0},
        due=(("2021-09-25", "recipient"),),
    ),
    Case(
        "an issued plan after the signature binds the recipients",
        """南岭县人民政府办公室关于印发南岭县产业扶贫
提质增效工作方案的通知
南府办〔2019〕31号

各乡镇人民政府，县有关单位：

《南岭县产业扶贫提质增效工作方案》已经县政府同意，现印发给你们，请认真组织实施。

南岭县人民政府办公室
2019年4月9日
（此件公开发布）

南岭县产业扶贫提质增效工作方案

为进一步提升产业扶贫质量，制定本方案。
一、工作目标
到2019年底，全县建成产业扶贫基地30个。
二、实施步骤
（一）调查摸底阶段（2019年4月10日至4月30日）。各乡镇对辖区内扶贫产业逐一登记。
（二）整改提升阶段（2019年5月1日至10月31日）。针对存在问题逐项整改。
三、工作要求
各乡镇要明确专人负责，并于每月25日前将进展情况报县农业农村局。
""",
        number="南府办〔2019〕31号",
        title="南岭县人民政府办公室关于印发南岭县产业扶贫提质增效工作方案的通知",
        issuers=("南岭县人民政府办公室",),
        signed="2019-04-09",
        headings={1: 0, 2: 0},
        due=(("2019-04-30", "recipient"), ("2019-10-31", "recipient"), ("2019-12-31", "recipient")),
        recurring=1,
    ),
    Case(
        "malformed day is flagged, not guessed",
        """各区（县）扶贫办：
请于2020年2月30日前报送复工情况。
金河市扶贫开发办公室
2020年2月18日
""",
        issuers=("金河市扶贫开发办公室",),
        signed="2020-02-18",
        warned="2月30日",
    ),
    Case(
        "malformed signature date, the year of the duty is written",
        """金扶办〔2018〕77号
各区（县）扶贫办：
请于2018年11月9日前将调查表报我办。
附件：调查表
金河市扶贫开发办公室
2018年10日31日
""",
        number="金扶办〔2018〕77号",
        issuers=("金河市扶贫开发办公室",),
        attachments=1,
        due=(("2018-11-09", "recipient"),),
        warned="2018年10日31日",
    ),
    Case(
        "circles for zero and square brackets in numbers, fax with the contact",
        """粤海农办[2011]9号
各县(市、区)农业局:
根据省厅《关于做好冬种工作的通知》(粤农[2010]120号)要求,请各地于十二月十日前上报冬种进度。
联 系 人:张三
电    话:0660-5550123
传    真:0660-5550124
邮    箱:a1@example.org
海门市农业局
二○一一年十一月二十八日
""",
        number="粤海农办〔2011〕9号",
        issuers=("海门市农业局",),
        signed="2011-11-28",
        recipients="各县(市、区)农业局",
        contacts=1,
        due=(("2011-12-10", "recipient"),),
    ),
    Case(
        "recurring deadlines are no due days",
        """各镇（街道）党委：
一、请于每年2月底前报送上年度工作总结，每季度末月25日前报送进展，每周五下班前报送信息，信息每季度不少于1期。
二、首次信息请于3月6日前报送。
县委农村工作办公室
2020年3月2日
""",
        issuers=("县委农村工作办公室",),
        signed="2020-03-02",
        headings={1: 2},
        due=(("2020-03-06", "recipient"),),
        recurring=4,
    ),
    Case(
        "dates that are no deadlines",
        """国办农函〔2020〕5号
各县（市、区）扶贫办：
一、背景情况
2019年12月底前，全市已完成脱贫退出验收。根据1月8日全市工作会议精神，截至2019年底，全市贫困人口减至12户。
二、有关政策
本办法自2020年4月1日起施行，有效期至2023年3月31日。2019年底前发放的贷款不适用本规定。春节放假时间为1月24日至30日。
三、会议安排
定于3月20日召开全市会议。疫情期间（2020年1月23日至3月31日）减免租金。
四、上级安排
省扶贫办将于4月底前开展抽查。
虎山市扶贫开发办公室
2020年3月10日
""",
        number="国办农函〔2020〕5号",
        issuers=("虎山市扶贫开发办公室",),
        signed="2020-03-10",
        headings={1: 4},
    ),
    Case(
        "two headings on one line",
        """各区农业农村局：
现将有关事项通知如下：
一、工作目标 到5月底前完成全部任务。二、工作内容 （一）摸清底数。逐村登记。（二）分类处置。逐户落实措施。
三、工作要求
1.加强领导。2.按时报送。请于5月31日前报送总结。
青石市农业农村局
2020年4月3日
""",
        issuers=("青石市农业农村局",),
        signed="2020-04-03",
        headings={1: 3, 2: 2, 3: 2},
        due=(("2020-05-31", "recipient"), ("2020-05-31", "recipient")),
    ),
    Case(
        "sentence broken by a page with its number",
        """青扶组办〔2020〕12号

关于做好贫困劳动力稳岗就业工作的通知

各县（市、区）扶贫开发领导小组：

请各地摸清贫困劳动力底数，建立工作台账，并于2020年5

— 1 —

月20日前将台账报送市扶贫开发领导小组办公室。

青石市扶贫开发领导小组办公室
2020年5月6日
""",
        number="青扶组办〔2020〕12号",
        title="关于做好贫困劳动力稳岗就业工作的通知",
        issuers=("青石市扶贫开发领导小组办公室",),
        signed="2020-05-06",
        due=(("2020-05-20", "recipient"),),
    ),
    Case(
        "red head and organ set with spaces, signatory for approval on the number's line",
        """东 港 市 水 务 局 文 件
东水字〔2018〕45号　　　　　　　签发人：甲乙

关于做好2018年农村饮水安全脱贫攻坚工作的通知

各县（区）水利局：
各县（区）水利局要逐村排查饮水安全问题，8月15日前完成排查，9月底前完成整改。
　　　　　　　　东 港 市 水 务 局
　　　　　　　　2018年7月20日
抄送：省水利厅，市扶贫办。
东港市水务局办公室　　　　　2018年7月20日印发
""",
        number="东水字〔2018〕45号",
        title="关于做好2018年农村饮水安全脱贫攻坚工作的通知",
        issuers=("东港市水务局",),
        signed="2018-07-20",
        due=(("2018-08-15", "recipient"), ("2018-09-30", "recipient")),
    ),
    Case(
        "attachments over several lines, one of them wrapped, with a page of forms after the signature",
        """各县区教育局、扶贫办：
请各县区按附件要求组织实施，于4月15日前报送附件2、附件3。
附件：1.家庭经济困难学生资助政策落实情况核查
       工作方案
      2.核查情况汇总表
      3. 2020年春季学期资助明细表
松江市教育局　松江市扶贫开发办公室
2020年3月30日
附件2
核查情况汇总表
填报单位：　　　填报时间：　年　月　日
序号	学校	应助人数
""",
        issuers=("松江市教育局", "松江市扶贫开发办公室"),
        signed="2020-03-30",
        attachments=3,
        due=(("2020-04-15", "recipient"),),
    ),
    Case(
        "several contacts with fax, mailbox only to send to",
        """各设区市民政局：
请各地于7月10日前将汇总表电子版发送至mz@example.org，纸质版寄送省厅社会救助处。
（联系人：甲一、乙二；电话：028-5550011、028-5550012；传真：028-5550013）
川西省民政厅
2019年6月26日
""",
        issuers=("川西省民政厅",),
        signed="2019-06-26",
        contacts=2,
        due=(("2019-07-10", "recipient"),),
    ),
    Case(
        "office without a person, in a sentence",
        """各县（市、区）乡村振兴局：
申报单位请于9月1日至9月20日登录系统填报。执行中如有问题，请与市乡村振兴局规划科联系，电话：0771-5550099。
桂平市乡村振兴局
2022年8月25日
""",
        issuers=("桂平市乡村振兴局",),
        signed="2022-08-25",
        contacts=1,
        due=(("2022-09-20", "next_tier"),),
    ),
    Case(
        "two tiers, two deadlines, told apart by whom the report goes to",
        """各市（州）扶贫办：
一、各县（市、区）扶贫办于10月20日前将数据报市（州）扶贫办。
二、各市（州）扶贫办审核汇总后，于10月31日前报省扶贫办。
三、我办将于11月10日前向国务院扶贫办报告。
黔山省扶贫开发办公室
2019年10月8日
""",
        issuers=("黔山省扶贫开发办公室",),
        signed="2019-10-08",
        headings={1: 3},
        due=(("2019-10-20", "next_tier"), ("2019-10-31", "recipient")),
    ),
    Case(
        "deadline counted from receipt, and one counted from another event",
        """各县（市、区）卫生健康局：
请收到本通知之日起5个工作日内上报工作方案；资金下达后30日内完成支付。
河口市卫生健康委员会
2020年9月28日
""",
        issuers=("河口市卫生健康委员会",),
        signed="2020-09-28",
        due=(("2020-10-12", "recipient"),),
    ),
    Case(
        "hour of the day, today and tomorrow",
        """各区指挥部办公室：
请于今日18时前报送排查情况，明日上午10:00前报送转运方案。
市疫情防控指挥部办公室
2020年2月5日
""",
        issuers=("市疫情防控指挥部办公室",),
        signed="2020-02-05",
        due=(("2020-02-05", "recipient"), ("2020-02-06", "recipient")),
    ),
    Case(
        "the year of a day without one: next year's January in a December notice",
        """各省、自治区、直辖市农业农村（农牧）厅（局、委）：
请于1月15日前将2018年度总结和2019年计划报送我部（发展规划司）。
农业农村部办公厅
2018年12月20日
""",
        issuers=("农业农村部办公厅",),
        signed="2018-12-20",
        due=(("2019-01-15", "recipient"),),
    ),
    Case(
        "long recipients over two lines",
        """关于报送年度绩效自评材料的通知
各县（市、区）财政局、农业农村局，市直有关单位，各农村商业银行，
各省属驻市单位：
请各单位于11月底前完成自评。
西山市财政局
2020年11月2日
""",
        title="关于报送年度绩效自评材料的通知",
        issuers=("西山市财政局",),
        signed="2020-11-02",
        recipients="各县（市、区）财政局、农业农村局，市直有关单位，各农村商业银行，各省属驻市单位",
        due=(("2020-11-30", "recipient"),),
    ),
    Case(
        "responsible ministries and dates in brackets",
        """国务院办公厅关于做好有关工作的通知
国办发〔2019〕900号
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
为做好工作，现通知如下：
一、完善制度。抓紧修订办法。（财政部牵头，发展改革委、农业农村部配合，2019年6月底前完成）
二、优化服务。2019年底前全部实现网上办理。（各省级人民政府负责）
三、加强监督。县级以上地方人民政府要于每年1月31日前公开上年度情况。
国务院办公厅
2019年3月1日
""",
        number="国办发〔2019〕900号",
        title="国务院办公厅关于做好有关工作的通知",
        issuers=("国务院办公厅",),
        signed="2019-03-01",
        headings={1: 3},
        due=(("2019-06-30", "recipient"), ("2019-12-31", "recipient")),
        recurring=1,
    ),
    Case(
        "signature and date on one line, no number, recipients without 各",
        """关于开展就业信息核查的紧急通知
龙湾区、滨海区、高新区人力资源和社会保障局：
请立即组织核查，于2月21日12时前反馈结果。
特此通知。
滨州市就业服务中心 2020年2月19日
""",
        title="关于开展就业信息核查的紧急通知",
        issuers=("滨州市就业服务中心",),
        signed="2020-02-19",
        recipients="龙湾区、滨海区、高新区人力资源和社会保障局",
        due=(("2020-02-21", "recipient"),),
    ),
    Case(
        "a number cited in the first line of the text is not the document's own",
        """关于转发农办社〔2020〕3号文件的通知
各区农业农村局：
按照农办社〔2020〕3号文件要求，请于节前完成排查，5月8日前报送情况。
清泉市农业农村局
2020年4月20日
""",
        title="关于转发农办社〔2020〕3号文件的通知",
        issuers=("清泉市农业农村局",),
        signed="2020-04-20",
        due=(("2020-04-30", "recipient"), ("2020-05-08", "recipient")),
    ),
    Case(
        "distinct periods in a row, span means its last day",
        """各市人民政府：
力争上半年完成项目招标，三季度完成主体工程，11月中旬完成验收。
江北省人民政府办公厅
2021年2月26日
""",
        issuers=("江北省人民政府办公厅",),
        signed="2021-02-26",
        due=(("2021-06-30", "recipient"), ("2021-09-30", "recipient"), ("2021-11-20", "recipient")),
    ),
    Case(
        "single-character marks, rules by article in the issued document",
        """青财农〔2020〕8号
各区财政局：
现将《青川市专项资金管理办法》印发给你们，请遵照执行。
㈠加强管理。各区要明确专人。
㈡按时报送。请于4月10日前报送联络员名单。
青川市财政局
2020年3月5日
青川市专项资金管理办法
第一条 为规范资金管理，制定本办法。
第二条 区级财政部门应于每年1月31日前将上年度资金使用情况报市财政局。
第三条 各区应于2020年5月31日前制定实施细则。
第四条 本办法自2020年4月1日起施行，有效期3年。
""",
        number="青财农〔2020〕8号",
        issuers=("青川市财政局",),
        signed="2020-03-05",
        headings={2: 2},
        due=(("2020-04-10", "recipient"), ("2020-05-31", "recipient")),
        recurring=1,
    ),
)
