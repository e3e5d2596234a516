"""Permissions of background work."""

PERMISSIONS: dict[str, str] = {"jobs.view": "查看本区划人员发起的后台任务，取消或重新启动它们"}
