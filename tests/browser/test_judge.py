"""What judges pages in the other tests here sees what is wrong, and leaves a page as it found it."""

import pytest

from tests.browser.accessibility import axe_clean

WRONG = "document.querySelector('main').insertAdjacentHTML('beforeend', '<p><input name=\"nobody\"></p>')"
PALE = "document.querySelector('main').insertAdjacentHTML('beforeend', '<p class=\"pale\">一段文字</p>')"
COLOURED = "document.querySelector('main p:last-child').style.color = '#eee'"
STATE = """() => [document.documentElement.outerHTML, [...document.images].map(image => image.currentSrc),
  [...document.querySelectorAll("input")].map(field => [field.value, field.checked])]"""


def test_it_names_what_is_wrong_in_a_page_it_knows(phone):
    phone.goto("/lists/check")
    before = phone.evaluate(STATE)
    axe_clean(phone)
    axe_clean(phone)
    assert phone.evaluate(STATE) == before
    phone.evaluate(WRONG)
    with pytest.raises(AssertionError, match="label"):
        axe_clean(phone)


def test_a_colour_that_a_script_gave_is_judged(desk):
    desk.goto("/estates")
    desk.evaluate(PALE)
    axe_clean(desk)
    desk.goto("/estates")
    desk.evaluate(PALE)
    desk.evaluate(COLOURED)
    with pytest.raises(AssertionError, match="contrast"):
        axe_clean(desk)
