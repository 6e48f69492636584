"""The page in a real Chromium: it runs without a complaint, and keyboard, filters and small screens work.

Needs Chromium, its driver and two packages of the dev extra; everything is read from this machine.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evol.report.rendering import render

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
axe = pytest.importorskip("axe_core_python", reason="axe-core-python is not installed")

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed"),
]
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
)  # fmt: skip
EVIL = "<script>window.hacked = 1</script></script><img src=x onerror='window.hacked = 1'>"
AXE = Path(axe.__file__).parent / "axe.min.js"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory) -> Iterator[Any]:
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def file(tmp_path_factory, report_of) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    render(report_of(EVIL, rows=120), path)
    return path


@pytest.fixture
def page(chromium, file: Path) -> Any:
    screen(chromium, 1100)
    chromium.get(file.as_uri())
    chromium.get_log("browser")
    chromium.get(file.as_uri())
    return chromium


def screen(driver: Any, width: int, scheme: str = "light", media: str = "screen") -> None:
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})


def settled(condition: Callable[[], Any]) -> Any:
    """Return what the condition comes to once it holds; the page answers within milliseconds."""
    until = time.monotonic() + 10
    while not (found := condition()) and time.monotonic() < until:
        pass
    return found


def one(driver: Any, selector: str) -> Any:
    return driver.find_element("css selector", selector)


def some(driver: Any, selector: str) -> list[Any]:
    return list(driver.find_elements("css selector", selector))


def choose(driver: Any, name: str, value: str) -> None:
    from selenium.webdriver.support.select import Select

    Select(one(driver, f"select[name={name}]")).select_by_value(value)


def press(driver: Any, *keys: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(driver).send_keys(*keys).perform()


def status(driver: Any) -> str:
    return str(one(driver, "#status").text)


def test_the_page_runs_without_a_message_or_a_request(page) -> None:
    assert page.get_log("browser") == []
    assert page.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert status(page) == "120 rows, 50 shown"


def test_rows_full_of_markup_stay_text(page) -> None:
    first = one(page, "#list details")
    first.find_element("css selector", "summary").click()
    shown = settled(lambda: some(page, "#list .body .text"))
    assert shown[0].text == f"{EVIL} 0"
    assert page.execute_script("return window.hacked") is None
    assert some(page, "#list script, #list img, main img") == []
    assert one(page, "h1").text == EVIL


def test_filters_leave_the_rows_that_fit_and_clear_brings_all_back(page) -> None:
    choose(page, "outcome", "reject")
    assert settled(lambda: status(page) == "40 rows, 40 shown"), status(page)
    assert {e.text for e in some(page, "#list summary .weight")} == {"✗ rejected"}
    choose(page, "generation", "1")
    assert settled(lambda: status(page) == "8 rows, 8 shown"), status(page)
    one(page, "input[name=search]").send_keys("RESPONSE 16")
    assert settled(lambda: status(page) == "1 row, 1 shown"), status(page)
    one(page, "input[name=search]").send_keys(" nowhere")
    assert settled(lambda: status(page) == "No row fits.")
    one(page, "#clear").click()
    assert settled(lambda: status(page) == "120 rows, 50 shown"), status(page)


def test_a_row_that_was_found_stays_open_when_the_search_field_is_left(page) -> None:
    one(page, "input[name=search]").send_keys("row-16")
    assert settled(lambda: status(page) == "1 row, 1 shown"), status(page)
    one(page, "#list summary").click()
    page.execute_async_script("setTimeout(arguments[0], 250)")
    assert some(page, "#list details[open] .body")


def test_a_reason_in_the_chart_shows_its_rows(page) -> None:
    one(page, "a[data-reason=reason_1]").click()
    assert settled(lambda: status(page) == "30 rows, 30 shown"), status(page)
    assert {e.text for e in some(page, "#list summary code")} == {"reason_1"}


def test_a_row_in_a_tree_opens_where_the_rows_are(page) -> None:
    link = next(a for a in some(page, ".tree a[data-row]") if a.is_displayed())
    name = link.get_attribute("data-row")
    link.click()
    facts = settled(lambda: [e.text for e in some(page, "#list .facts dd")])
    assert facts[0] == name
    assert page.execute_script("return document.activeElement.tagName") == "SUMMARY"


def test_rows_are_reached_opened_and_continued_by_keyboard(page) -> None:
    from selenium.webdriver.common.keys import Keys

    press(page, Keys.TAB)
    assert page.switch_to.active_element.text == "Skip to the findings"
    page.execute_script("document.querySelector('#clear').focus()")
    press(page, Keys.TAB, Keys.ENTER)
    assert settled(lambda: some(page, "#list details[open] .body"))
    page.execute_script("document.querySelector('#more').focus()")
    press(page, Keys.ENTER)
    assert settled(lambda: status(page) == "120 rows, 100 shown"), status(page)
    summaries = some(page, "#list summary")
    assert page.switch_to.active_element == summaries[50]


@pytest.mark.parametrize(
    ("width", "scheme"), [(1100, "light"), (1100, "dark"), (320, "light"), (320, "dark")]
)
def test_axe_finds_nothing_and_nothing_overflows(page, width: int, scheme: str) -> None:
    screen(page, width, scheme)
    page.execute_script("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    assert settled(lambda: len(some(page, "#list .body")) == 50)
    assert page.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    page.execute_script(AXE.read_text(encoding="utf-8"))
    found = page.execute_async_script("axe.run().then(arguments[0])")
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found["violations"]] == []


def test_on_paper_there_is_nothing_to_press(page) -> None:
    screen(page, 800, media="print")
    assert not any(e.is_displayed() for e in some(page, "form, nav, #more"))
    assert one(page, "#list details summary").is_displayed()
