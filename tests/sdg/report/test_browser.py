"""The page in a real browser: no error, no request, switches that switch. Runs where Chromium and Playwright are there."""

import shutil

import pytest

from scenewright.sdg.report.report import write_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.verify
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_opens_without_an_error(coco, make_coco, scheme):
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine; install the package `chromium`")
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")
    page_file = write_report(coco, against=make_coco("real", names=("<b>", "cat")))
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
        problems, requests = [], []
        page.on("console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: requests.append(request.url) if not request.url.startswith("data:") else None)
        page.goto(f"file://{page_file}")
        masks = page.locator(".gallery .masks").first
        assert masks.is_visible()
        page.get_by_label("masks", exact=True).uncheck()
        assert not masks.is_visible()
        page.locator(".sample .frame").first.click()
        assert page.locator("dialog").is_visible()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Escape")
        assert not page.locator("dialog").is_visible()
        page.locator(".chip").first.click()
        before = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.locator("nav .theme").click()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
        browser.close()
    assert problems == [] and requests == [f"file://{page_file}"]
