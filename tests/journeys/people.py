"""The people of a journey: each signs in through the real page and keeps a window of their own; what goes wrong in any window is kept."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django_otp.oath import TOTP
from playwright.sync_api import Browser, Page, expect

from tests.journeys.installation import PASSWORD

DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
# The browser says these of its own accord: an answer that is a download ends the navigation; a date that cannot be is handed back.
HARMLESS = ("net::ERR_ABORTED",)
HANDED_BACK = "does not conform to the required format"


@dataclass
class People:
    """Windows by user name and device."""

    browser: Browser
    url: str
    faults: list[str] = field(default_factory=list)
    _pages: dict[tuple[str, str], Page] = field(default_factory=dict)
    _recovery: dict[str, list[str]] = field(default_factory=dict)
    _allowed: set[int] = field(default_factory=set)

    def window(self, device: str = "desk") -> Page:
        """A fresh window in which nobody is signed in."""
        phone = device == "phone"
        context = self.browser.new_context(
            base_url=self.url,
            viewport=PHONE if phone else DESK,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            is_mobile=phone,
            has_touch=phone,
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("console", lambda m: self._said(m.type, m.text, page))
        page.on("pageerror", lambda e: self.faults.append(f"{page.url}: {e}"))
        page.on("requestfailed", lambda r: None if r.failure in HARMLESS else self.faults.append(f"{r.url}: {r.failure}"))
        page.on("response", lambda r: self._answered(r.status, r.url))
        return page

    def desk(self, user: str) -> Page:
        """The user's window at 1366 by 768, signed in."""
        return self._signed_in(user, "desk")

    def phone(self, user: str) -> Page:
        """The user's window at 390 by 844, signed in."""
        return self._signed_in(user, "phone")

    def _signed_in(self, user: str, device: str) -> Page:
        if (user, device) not in self._pages:
            page = self._pages[user, device] = self.window(device)
            page.goto("/")
            sign_in(page, user, device)
            if page.url.endswith("/second-factor/"):
                self._second_factor(page, user)
        return self._pages[user, device]

    def _second_factor(self, page: Page, user: str) -> None:
        """Administrators bind an authenticator at the first sign-in; later a recovery code saves waiting for the next code."""
        if user in self._recovery:
            page.get_by_label("验证码或恢复码").fill(self._recovery[user].pop())
            page.get_by_role("button", name="验证").click()
        else:
            page.get_by_role("button", name="开始绑定").click()
            key = base64.b32decode(page.locator("main span.mono").inner_text())
            page.get_by_label("6 位验证码").fill(f"{TOTP(key).token():06d}")
            page.get_by_role("button", name="启用").click()
            self._recovery[user] = page.locator("#recovery-codes li").all_inner_texts()
            page.get_by_role("link", name="我已保存，继续").click()
        expect(page.locator("#side")).to_be_attached()

    @contextmanager
    def allow(self, *statuses: int) -> Iterator[None]:
        """Answers of these statuses are what the test is after."""
        self._allowed = set(statuses)
        try:
            yield
        finally:
            self._allowed = set()

    def _answered(self, status: int, url: str) -> None:
        if status >= 400 and status not in self._allowed:
            self.faults.append(f"{status} {url}")

    def _said(self, kind: str, text: str, page: Page) -> None:
        expected = any(f"status of {s}" in text for s in self._allowed) or HANDED_BACK in text
        if kind in ("error", "warning") and not expected:
            self.faults.append(f"{page.url}: {kind} {text}")

    def close(self) -> None:
        """Close every window; raises when any of them had a console message, a refused resource or a failed request."""
        for page in self._pages.values():
            page.context.close()
        assert not self.faults, "\n".join(self.faults)


def sign_in(page: Page, user: str, device: str = "desk", password: str = PASSWORD) -> None:
    """Fill in the sign-in page and end on the page asked for."""
    page.get_by_label("用户名").fill(user)
    page.get_by_label("密码").fill(password)
    page.get_by_label("本机是").select_option(device)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("button", name="登录", exact=True)).to_have_count(0)


def said(page: Page, words: str) -> None:
    """A message on top of the page says `words`."""
    expect(page.locator("#toasts")).to_contain_text(words)
