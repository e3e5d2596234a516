"""Why somebody is not carried."""

from __future__ import annotations

WORDS = {
    "declared": "未做健康申报",
    "fever": "体温异常，不得出行",
    "quarantine": "隔离期满时已过最晚出发日",
    "group_waits": "同行人员中有人不能出行",
    "days": "方案的日期内没有可以出发的日子",
    "group_days": "同行人员没有共同可以出发的日子",
    "approval": "目的地没有联防联控批准文号",
    "level": "可出发的日子里，两地风险等级不允许通行",
    "destination_cap": "目的地每日接收上限小于同行人数，任何一天都不能满足",
    "origin_cap": "出发地每日发送上限小于同行人数，任何一天都不能满足",
    "day_cap": "全市每日发送上限小于同行人数，任何一天都不能满足",
    "no_vehicle": "出发地所在县（区）在这些日子没有可用车辆",
    "group_seats": "同行人数多于任何一辆车可用的座位（按风险等级限载后）",
    "destination_full": "可出发的日子里，目的地接收名额已用完",
    "origin_full": "可出发的日子里，出发地发送名额已用完",
    "day_full": "可出发的日子里，全市发送名额已用完",
    "seats_full": "可出发的日子里，没有能从其上车点发往目的地的空闲车辆或空座，须增加车辆、延长日期或合并上车点",
}
