"""What the acts of signing in are called; they are the person's own, so no permission is looked up."""

from __future__ import annotations

from shouwang.kernel.audit.verbs import Verb

SIGN_IN = Verb("accounts.sign_in", "登录系统")
SIGN_IN_FAILED = Verb("accounts.sign_in_failed", "登录失败")
SIGN_OUT = Verb("accounts.sign_out", "退出登录")
SIGN_OUT_ELSEWHERE = Verb("accounts.sign_out_elsewhere", "退出其他设备的登录")
CHANGE_PASSWORD = Verb("accounts.password.change", "修改本人密码")
ENROL_FACTOR = Verb("accounts.factor.enrol", "启用二次验证")
FACTOR_FAILED = Verb("accounts.factor.failed", "二次验证失败")
NEW_RECOVERY_CODES = Verb("accounts.factor.codes", "重新生成恢复码")
