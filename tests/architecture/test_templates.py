"""Page templates: every text can be read in both languages, and nothing is inline that the policy would refuse."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from tests.architecture.sources import PROJECT, has_chinese, templates

TRANSLATORS = ("_", "gettext", "ngettext", "lazy")
OWN_NAMES = {"中文"}  # a language is offered in its own name
INLINE = re.compile(
    r"<style\b|<script(?![^>]*(?:\bsrc=|type=\"application/(?:ld\+)?json\"))|\sstyle=|\son[a-z]+=\"|javascript:", re.I
)
ENVIRONMENT = Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True)


def _named(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def _outside_translation(node: nodes.Node) -> Iterator[tuple[int, str]]:
    """Texts of a template that no translator receives, with their lines."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in TRANSLATORS:
        for argument in node.kwargs:
            yield from _outside_translation(argument)
        return
    if isinstance(node, nodes.TemplateData):
        yield node.lineno, node.data
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.lineno, node.value
    for child in node.iter_child_nodes():
        yield from _outside_translation(child)


@pytest.mark.parametrize("path", templates(), ids=_named)
def test_every_chinese_text_is_translated(path):
    tree = ENVIRONMENT.parse(path.read_text())
    found = [(line, text.strip()) for line, text in _outside_translation(tree) if has_chinese(text)]
    assert [item for item in found if item[1].strip("\n <>/a") not in OWN_NAMES and not _is_own_name(item[1])] == []


def _is_own_name(text: str) -> bool:
    rest = text
    for name in OWN_NAMES:
        rest = rest.replace(name, "")
    return not has_chinese(rest)


@pytest.mark.parametrize("path", templates(), ids=_named)
def test_nothing_is_inline(path):
    lines = path.read_text().splitlines()
    assert [f"{number}: {line.strip()}" for number, line in enumerate(lines, 1) if INLINE.search(line)] == []
