"""Permissions of the audit."""

VIEW = "audit.view"
VERIFY = "audit.verify"
VIEW_OWN_REGION = "audit.view_own_region"
PERMISSIONS: dict[str, str] = {
    VIEW: "查看审计记录：何人、何时、何单位、做了何事，不含业务数据内容",
    VERIFY: "核验审计记录的封存链",
    VIEW_OWN_REGION: "查看本区划各单位的操作记录，不含业务数据内容",
}
