"""Notices cut down from the forms that published ones take, in our own words. Places, offices, names and numbers are invented."""

from __future__ import annotations

from tests.ledgers.dispatch.reading.cases import Case

SHORTENED = (
    Case(
        "the weekday in brackets says less than the date before it",
        """各市、县（市、区）水利局：
10月29日（周一）前，县级完成填报，加盖公章报送市级；10月30日（周二）前，市级审核汇总后报送省水利厅。
云岭省水利厅
2018年10月18日
""",
        issuers=("云岭省水利厅",),
        signed="2018-10-18",
        due=(("2018-10-29", "recipient"), ("2018-10-30", "recipient")),
    ),
    Case(
        "two hours of one day are two deadlines",
        """各区、县（市）教育局：
各区、县（市）教育局要在1月6日上午9时前和下午15时前分别报送预案落实情况。
冰城市教育局
2017年1月5日
""",
        issuers=("冰城市教育局",),
        signed="2017-01-05",
        due=(("2017-01-06", "recipient"), ("2017-01-06", "recipient")),
    ),
    Case(
        "a web page's table gives the number, the plan's stages bind all but the one of the issuer",
        """首页 政务公开
索引号 | 0000/2021-01 | 公开形式: | 主动公开 |
文号 | 青府办〔2021〕8号 | 成文日期: | 2021年5月12日 |
名称 青川市人民政府办公室关于印发专项行动方案的通知
青川市人民政府办公室关于印发专项行动方案的通知
各县（区）人民政府：
现将《专项行动方案》印发给你们，请认真组织实施。
青川市人民政府办公室
2021年5月12日
专项行动方案
四、时间安排
（一）动员部署阶段（5月）
各县（区）专项行动领导小组制定具体实施方案。
（二）集中整治阶段（6月至8月）
各县（区）组织集中检查，并分别于6月底和7月底报送阶段性报告。
（三）督查阶段（9月1日至9月30日）。市专项行动领导小组将组织督查组到各地督查。
（四）总结阶段（10月1日至10月20日）。
""",
        number="青府办〔2021〕8号",
        title="青川市人民政府办公室关于印发专项行动方案的通知",
        issuers=("青川市人民政府办公室",),
        signed="2021-05-12",
        due=tuple((day, "recipient") for day in ("2021-05-31", "2021-06-30", "2021-07-31", "2021-08-31", "2021-10-20")),
    ),
    Case(
        "the next time of a monthly report stands in brackets",
        """各乡镇人民政府：
请各乡镇人民政府于每月28日（本次报送于5月29日）之前将建设进度表（附件）报送至县林业局。
附件：建设进度表
南岭县林业局
2017年5月25日
""",
        issuers=("南岭县林业局",),
        signed="2017-05-25",
        attachments=1,
        due=(("2017-05-29", "recipient"),),
        recurring=1,
    ),
    Case(
        "what the province is going to do, how long a procedure takes and what a ministry decided are no deadlines",
        """各县（市、区）扶贫办：
对拟立项目抓紧编制实施计划，第二季度省将对资金拨付进度进行排名通报。
到2019年6月底，审批时间压缩至90个工作日以内。
江东省总工会决定于“三八”妇女节前推荐一批先进集体。
白石市扶贫开发办公室
2019年2月4日
""",
        issuers=("白石市扶贫开发办公室",),
        signed="2019-02-04",
        due=(("2019-06-30", "recipient"),),
    ),
    Case(
        "where departments of the same tier are addressed too, a report to it comes from all",
        """各区（市）县政府，市政府各部门：
各单位联系电话于4月15日前报送市政府研究室。
二○○一年四月四日
""",
        signed="2001-04-04",
        recipients="各区（市）县政府，市政府各部门",
        due=(("2001-04-15", "recipient"),),
    ),
    Case(
        "a date alone below 申报时间, attachments named one a line below the contact, nobody signs",
        """各县（市）区科技局：
现组织开展工作站认定申报工作。
三、申报时间
7月12日—8月11日。
四、申报程序
县（市）区科技局于8月13日前将汇总表报市科技局农社处。
联系人：张三 电话：0551-00000001
附件1：推荐指标分配表.docx
附件2：推荐汇总表.docx
2021年7月9日
""",
        signed="2021-07-09",
        contacts=1,
        attachments=2,
        headings={1: 2},
        due=(("2021-08-11", "recipient"), ("2021-08-13", "recipient")),
    ),
    Case(
        "organs run together, the number set off after the title, attachments numbered 3-1",
        """关于做好危房改造工作的通知  云建村〔2015〕40号
各市（地）住房和城乡建设局、财政局：
请各地于2015年10月20前报送进度。
附件：1.实施方案
3-1.任务表（1）
3-2-1.任务表（2）。
云岭省住房和城乡建设厅云岭省财政厅
2015年7月28日 |
""",
        number="云建村〔2015〕40号",
        title="关于做好危房改造工作的通知",
        issuers=("云岭省住房和城乡建设厅", "云岭省财政厅"),
        signed="2015-07-28",
        attachments=3,
        due=(("2015-10-20", "recipient"),),
    ),
    Case(
        "breeders stand below the bureaus; a request speaks to those addressed whoever the sentence began with",
        """各县（市、区）农业农村局：
申报贷款贴息的养殖场要于7月10日前将申报材料报所在县（市、区）农业农村部门；各县（市、区）农业农村部门要于7月15日前审核上报。
国家及省统计局对此高度重视，请在7月30日前完成问卷填报。
清河市农业农村局
2020年6月24日
（市农业农村局联系人：张先生，联系电话：00000001，市畜牧中心联系人：李女士，联系电话：00000002）
""",
        issuers=("清河市农业农村局",),
        signed="2020-06-24",
        contacts=2,
        due=(("2020-07-10", "next_tier"), ("2020-07-15", "recipient"), ("2020-07-30", "recipient")),
    ),
    Case(
        "days counted from what happens, not from the notice",
        """各地级以上市财政局：
一、绩效目标在收到补助资金的60日内报省财政厅备案。
二、领导批示、会议召开、文件出台3日内报告。
三、收到本通知后，在30天内填报绩效目标申报表。
粤东省财政厅
2020年12月25日
""",
        issuers=("粤东省财政厅",),
        signed="2020-12-25",
        headings={1: 3},
        due=(("2021-01-24", "recipient"),),
    ),
    Case(
        "text broken at a fixed width, the signature after full lines",
        """云农函〔2016〕16号
各县（市、区）农业农村局：
　　为总结推广先进典型，现请你们按照要求组织各示范区认
真总结，每个主题推荐一至两个特色鲜明、成效明显的案例，
字数控制在三千字左右。请各县（市、区）农业农村局于1月
15日前将典型案例报送市农业农村局，电子版发至指定邮箱，
逾期不报视为放弃，有关情况将纳入年度工作考核，请高度重
视，认真组织，按时保质完成材料的审核和汇总上报工作任务。
云海市农业农村局办公室
2016年12月27日
""",
        number="云农函〔2016〕16号",
        issuers=("云海市农业农村局办公室",),
        signed="2016-12-27",
        due=(("2017-01-15", "recipient"),),
    ),
    Case(
        "three duties paired with three dates, and a further one",
        """各镇（街道）：
动员部署、入户核查、问题整改三项工作分别于3月10日、4月10日和5月10日前完成，总结材料于5月20日前报区扶贫办。
金水区扶贫开发领导小组办公室
2020年3月3日
""",
        issuers=("金水区扶贫开发领导小组办公室",),
        signed="2020-03-03",
        due=(("2020-03-10", "recipient"), ("2020-04-10", "recipient"), ("2020-05-10", "recipient"), ("2020-05-20", "recipient")),
    ),
    Case(
        "label before the date, meeting time is none",
        """各有关企业：
一、培训时间：2021年5月12日上午9:00。
二、报名截止时间：5月8日。
三、报到时间：5月11日14:00-17:00。
四、请参训人员于5月9日前提交回执（附件）。
附件：回执
渔湾市人力资源和社会保障局
2021年4月30日
""",
        issuers=("渔湾市人力资源和社会保障局",),
        signed="2021-04-30",
        attachments=1,
        headings={1: 4},
        due=(("2021-05-08", "recipient"), ("2021-05-09", "recipient")),
    ),
)
