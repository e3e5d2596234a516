"""Permissions of the pages that join ledgers, and of the kernel's own pages without an app of permissions."""

PERMISSIONS = {
    "figures.view": "查看指标",
    "worklist.view": "查看待办和消息",
    "settings.manage": "维护节假日等运行参数",
    "demo.advance": "推进演示日期（只在演示环境）",
}
