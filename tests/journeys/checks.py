"""What must hold of every page: nothing wider than the screen, the demonstration said, no barrier that axe knows."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RUN = """contrast => axe.run(document, {resultTypes: ['violations'], selectors: false, rules: {'color-contrast': {enabled: contrast}}})
  .then(r => r.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 120)).join(' | ')))"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def barriers(page: Page, *, contrast: bool = True) -> list[str]:
    """What axe finds on the page as it stands; half of its time is for `contrast`."""
    if not page.evaluate("() => 'axe' in window"):
        # Through the debugging protocol: the content policy of the page forbids a script that is put into it.
        page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": f"{AXE};0"})
    found: list[str] = page.evaluate(RUN, contrast)
    return [f"{page.url} at {page.viewport_size}: {words}" for words in found]


def misfits(page: Page) -> list[str]:
    """Wider than the screen, or without a word that this is a demonstration."""
    found = []
    wide = page.evaluate(WIDER)
    for _ in range(20):  # a chart follows the window a moment later
        if wide <= 0:
            break
        page.wait_for_timeout(100)
        wide = page.evaluate(WIDER)
    if wide > 0:
        found.append(f"{page.url} at {page.viewport_size}: {wide} px wider than the screen")
    if page.get_by_text("演示数据").first.is_hidden():
        found.append(f"{page.url}: does not say 演示数据")
    return found
