"""The live score of the phone check in a real browser agrees with the scoring rules, and the form works by keyboard."""

import random
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from playwright.sync_api import Page, sync_playwright

from portal.kernel import formats, i18n
from scoring.rules.items import item_score
from scoring.rules.rounding import half_up
from scoring.rules.standard import ChecklistItem
from tests.browser.conftest import ARGUMENTS, CHROMIUM

SHELL = Path(__file__).resolve().parents[2] / "portal" / "shell"
ITEMS = [("A1", 300, "P1"), ("A2", 200, "P0.5"), ("A3", 200, "BIN"), ("B1", 150, "T"), ("B2", 700, "P1")]
ANSWERS = {"P1": ("pass", "found", "na"), "P0.5": ("pass", "found", "na"), "BIN": ("pass", "fail", "na"),
           "T": ("pass", "half", "zero", "na")}  # fmt: skip
PAGE = """{% import "parts/check.html" as c %}<form class="phone" data-check>
{{ c.category_head("A", "a") }}{{ c.category_head("B", "b") }}
{% for code, most, rule in items %}{{ c.item(code, code, most, rule, code[0]) }}{% endfor %}{{ c.dock() }}</form>"""

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def form() -> Iterator[Page]:
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing: apt-get install chromium (make test does it as root)")
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(SHELL / "templates"), autoescape=True)
    environment.globals["_"] = i18n.gettext
    formats.register(environment)
    html = environment.from_string(PAGE).render(items=ITEMS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        page = browser.new_page()
        page.set_default_timeout(5_000)
        page.set_content(html)
        page.add_style_tag(path=SHELL / "static" / "theme.css")
        page.add_script_tag(path=SHELL / "static" / "js" / "check.js")
        yield page
        browser.close()


def _answer(page: Page, code: str, value: str, count: int) -> None:
    page.locator(f"input[name='{code}'][value='{value}']").check()
    if value == "found":
        page.fill(f"#{code}-count", str(count))


def _expected(results: dict[str, str]) -> str:
    scores = [item_score(results[code], ChecklistItem(code, most, rule, code[0], "A")) for code, most, rule in ITEMS]
    applicable = sum(score.applicable_cp for score in scores)
    if not applicable:
        return "–"
    return formats.points_figure(half_up(10000 * sum(score.earned_cp for score in scores), applicable))


def test_what_has_the_focus_is_never_under_the_dock(form: Page) -> None:
    form.evaluate("scrollTo(0, 0)")
    for _press in range(60):
        form.keyboard.press("Tab")
        place = form.evaluate(
            "() => { const e = document.activeElement; if (e === document.body || e.closest('.dock')) return null;"
            " const r = e.getBoundingClientRect(), d = document.querySelector('.dock').getBoundingClientRect();"
            " return [r.top, r.bottom, d.top]; }"
        )
        assert place is None or place[1] <= place[2] + 1, f"focus at {place} is hidden"


@pytest.mark.parametrize("seed", range(12))
def test_live_score_is_the_month_score_of_the_rules(form: Page, seed: int) -> None:
    chance = random.Random(seed)
    results = {}
    for code, _most, rule in ITEMS:
        value, count = chance.choice(ANSWERS[rule]), chance.randint(1, 9)
        _answer(form, code, value, count)
        results[code] = str(count) if value == "found" else value
    assert form.inner_text("[data-live-score]") == _expected(results)
    assert form.inner_text("[data-live-left]") == "0"


def test_steppers_and_the_rest_passed(form: Page) -> None:
    form.evaluate("document.querySelectorAll('input[type=radio]').forEach(r => r.checked = false)")
    form.evaluate("document.querySelectorAll('[data-count]').forEach(c => c.value = 0)")
    _answer(form, "A1", "found", 1)
    form.click("#item-A1 [data-step='1']")
    assert form.input_value("#A1-count") == "2"
    form.click("[data-rest-pass='A']")
    assert form.is_checked("input[name='A2'][value='pass']")
    assert form.is_checked("input[name='A1'][value='found']"), "an answer given stays"
    assert form.inner_text("[data-live-left]") == "2", "the other category stays open"
    assert form.inner_text("[data-category-score='A']") == "5.00 / 7.00"
    form.click("#item-A1 [data-step='-1']")
    form.click("#item-A1 [data-step='-1']")
    assert form.is_checked("input[name='A1'][value='pass']"), "no findings left is a pass"
