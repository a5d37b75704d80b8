"""The live score of the phone check in a real browser agrees with the scoring rules, and the form works by keyboard."""

import random
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from playwright.sync_api import Browser, Page
from werkzeug.datastructures import MultiDict

from portal.kernel import formats, i18n
from scoring.checks.forms import Entry, read_step
from scoring.checks.views.words import answer_choices, result_text, rule_text
from scoring.ratings.sentences import item_sentence
from scoring.rules.deductions import DEDUCTIONS, Deduction
from scoring.rules.explain import item_line
from scoring.rules.items import item_score
from scoring.rules.rounding import half_up
from scoring.rules.standard import ChecklistItem
from scoring.standards.api import ItemView

SHELL = Path(__file__).resolve().parents[2] / "portal" / "shell"
# two deductions that no checklist knows: the page and its script must take them from the rules alone
INVENTED = (Deduction("X2.5", step_cp=250), Deduction("XG", grades={"faint": 15, "half": 50, "gone": 100}))
ITEMS = [
    ItemView(code, code[0], code, code, most, rule, "A")
    for code, most, rule in (
        ("A1", 300, "P1"), ("A2", 200, "P0.5"), ("A3", 200, "BIN"), ("B1", 150, "T"), ("B2", 700, "P1"),
        ("C1", 900, "X2.5"), ("C2", 333, "XG"),
    )
]  # fmt: skip
PAGE = """{% import "parts/check.html" as c %}<form class="phone" data-check>
{{ c.category_head("A", "a") }}{{ c.category_head("B", "b") }}
{% for i in items %}{{ c.item(i.item_code, i.item_zh, i.max_cp, answer_choices(i), i.category_code, losses=i.losses,
                              step_cp=i.step_cp) }}{% endfor %}{{ c.dock() }}</form>"""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def invented() -> Iterator[None]:
    """Each invented deduction is one more row of the rules, and nothing else."""
    with pytest.MonkeyPatch.context() as patch:
        for rule in INVENTED:
            patch.setitem(DEDUCTIONS, rule.code, rule)
        yield


@pytest.fixture(scope="module")
def form(invented: None, browser: Browser) -> Iterator[Page]:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(SHELL / "templates"), autoescape=True)
    environment.globals["_"] = i18n.gettext
    formats.register(environment)
    html = environment.from_string(PAGE).render(items=ITEMS, answer_choices=answer_choices)
    page = browser.new_page()
    page.set_default_timeout(5_000)
    page.set_content(html)
    page.add_style_tag(path=SHELL / "static" / "theme.css")
    page.add_script_tag(path=SHELL / "static" / "js" / "check.js")
    yield page
    page.close()


def _answer(page: Page, code: str, value: str, count: int) -> None:
    page.locator(f"input[name='{code}'][value='{value}']").check()
    if value == "found":
        page.fill(f"#{code}-count", str(count))


def _expected(results: dict[str, str]) -> str:
    scores = [
        item_score(results[i.item_code], ChecklistItem(i.item_code, i.max_cp, i.deduction, i.category_code, "A"))
        for i in ITEMS
    ]
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
    for item in ITEMS:
        code, answers = item.item_code, [value for value, _label in answer_choices(item)]
        value, count = chance.choice(answers), chance.randint(1, 9)
        _answer(form, code, value, count)
        results[code] = str(count) if value == "found" else value
    assert form.inner_text("[data-live-score]") == _expected(results)
    assert form.inner_text("[data-live-left]") == "0"


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.deduction)
def test_every_answer_offered_is_taken_scored_and_told(item: ItemView) -> None:
    offered = [value for value, _label in answer_choices(item)]
    assert (offered[0], offered[-1]) == ("pass", "na")
    assert rule_text(item)
    for value in offered:
        posted = MultiDict({item.item_code: value, f"{item.item_code}-count": "2"})
        entry = read_step(posted, [item]).entries[item.item_code]
        assert not entry.errors
        result = entry.decided().result
        assert result_text(result)
        checked = ChecklistItem(item.item_code, item.max_cp, item.deduction, item.category_code, "A")
        assert item_sentence(item_line(checked, result, ""))


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.deduction)
def test_an_answer_of_another_rule_is_refused_at_the_door(item: ItemView) -> None:
    grades = {grade for rule in DEDUCTIONS.values() for grade in rule.grades}
    foreign = (grades | {"found", "nonsense"}) - {value for value, _label in answer_choices(item)}
    for value in foreign:
        entry: Entry = read_step(MultiDict({item.item_code: value, f"{item.item_code}-count": "2"}), [item]).entries[
            item.item_code
        ]
        assert entry.errors, value


def test_steppers_and_the_rest_passed(form: Page) -> None:
    form.evaluate("document.querySelectorAll('input[type=radio]').forEach(r => r.checked = false)")
    form.evaluate("document.querySelectorAll('[data-count]').forEach(c => c.value = 0)")
    _answer(form, "A1", "found", 1)
    form.click("#item-A1 [data-step='1']")
    assert form.input_value("#A1-count") == "2"
    form.click("[data-rest-pass='A']")
    assert form.is_checked("input[name='A2'][value='pass']")
    assert form.is_checked("input[name='A1'][value='found']"), "an answer given stays"
    assert form.inner_text("[data-live-left]") == "4", "the other categories stay open"
    assert form.inner_text("[data-category-score='A']") == "5.00 / 7.00"
    form.click("#item-A1 [data-step='-1']")
    form.click("#item-A1 [data-step='-1']")
    assert form.is_checked("input[name='A1'][value='pass']"), "no findings left is a pass"
