"""Official documents the tests share; every name and figure in them is invented."""

import datetime as dt
from typing import Any

from shouwang.kernel.official import AttachmentPage, Heading, OfficialDocument, Paragraph, Run, Table

TABLE = Table(
    header=["镇（街道）", "监测户数", "返岗率（%）"],
    rows=[["甲镇", "168", Run("94.4", "labour.rate")], ["乙镇", "142", Run("96.7", "labour.rate")]],
    caption="各镇（街道）情况",
)


def report(**changes: Any) -> OfficialDocument:
    """An upward report without findings; `changes` replace fields."""
    fields: dict[str, Any] = {
        "title": "云岭县扶贫办关于新冠肺炎疫情对脱贫攻坚影响情况的报告",
        "red_head": "云岭县扶贫办文件",
        "doc_number": "云扶办报〔2020〕3号",
        "signer_upward": "张三",
        "main_recipients": ["市扶贫办"],
        "body": [
            Paragraph("现将有关情况报告如下（数据截至2020年2月19日18时）。"),
            Heading(1, "一、影响分析"),
            Heading(2, "（一）务工方面", ["应返岗", Run("1286", "labour.total"), "人。"]),
            Heading(1, "二、举措"),
            TABLE,
            Paragraph("特此报告。"),
        ],
        "attachments": ["各镇情况表", "滞销农产品清单"],
        "attachment_pages": [AttachmentPage("各镇情况表", [TABLE]), AttachmentPage("滞销农产品清单", [Paragraph("无。")])],
        "signature": ["云岭县扶贫办"],
        "date": dt.date(2020, 2, 20),
        "notes": "联系人：李四",
        "copies_to": ["县委办公室", "县政府办公室"],
        "printing_office": "云岭县扶贫办",
        "printing_date": dt.date(2020, 2, 20),
    }
    return OfficialDocument(**{**fields, **changes})
