"""Both languages are complete: Chinese is the msgid, English stands in the catalogues."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2 import nodes

from portal.kernel.i18n import catalogue_files
from tests.architecture.sources import PROJECT, dotted, has_chinese, modules, parsed, templates, where
from tests.architecture.test_templates import ENVIRONMENT, TRANSLATORS

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
POSITIONAL = re.compile(r"%[sd]|%\(\w+\)[^s]")
KEPT_CHINESE = ("中文", "红榜", "黑榜", "粤政易")  # names that English readers meet in their own form


def _catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="en", ignore_obsolete=True)


def _forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _named(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def _used_in_code() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in modules():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in TRANSLATORS and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.setdefault(first.value, where(path, node))
    return found


def _used_in_templates() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in templates():
        for call in ENVIRONMENT.parse(path.read_text()).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in TRANSLATORS and call.args:
                first = call.args[0]
                if isinstance(first, nodes.Const):
                    found.setdefault(str(first.value), where(path, call.lineno))
    return found


def _english() -> set[str]:
    return {_forms(message.id)[0] for path in catalogue_files() for message in _catalogue(path) if message.id}


def test_every_text_has_its_english():
    english = _english()
    used = {**_used_in_templates(), **_used_in_code()}
    assert used, "no texts found: is the search broken?"
    assert [f"{place}: {text}" for text, place in sorted(used.items()) if text not in english] == []


def test_every_text_is_chinese():
    """The msgid is what a Chinese reader sees, so Chinese is complete when every msgid is Chinese."""
    used = {**_used_in_templates(), **_used_in_code()}
    assert [f"{place}: {text}" for text, place in sorted(used.items()) if not has_chinese(text)] == []


@pytest.mark.parametrize("path", catalogue_files(), ids=_named)
def test_catalogue_is_whole(path):
    wrong = []
    for message in _catalogue(path):
        if not message.id:
            continue
        texts = _forms(message.string)
        wanted = set(PLACEHOLDER.findall(_forms(message.id)[0]))
        if message.fuzzy:
            wrong.append(f"{message.lineno}: fuzzy")
        if not all(text.strip() for text in texts):
            wrong.append(f"{message.lineno}: empty")
        if set(PLACEHOLDER.findall(texts[-1])) != wanted:  # a singular may say "one" instead of the number
            wrong.append(f"{message.lineno}: placeholders differ from the Chinese")
        if any(POSITIONAL.search(text) for text in (*texts, *_forms(message.id))):
            wrong.append(f"{message.lineno}: placeholders are named")
        if any(has_chinese(_without_names(text)) for text in texts):
            wrong.append(f"{message.lineno}: Chinese left in the English")
    assert wrong == []


def _without_names(text: str) -> str:
    for name in KEPT_CHINESE:
        text = text.replace(name, "")
    return text


def test_catalogues_agree():
    """They are read as one: the same Chinese cannot have two English texts."""
    found: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for path in catalogue_files():
        for message in _catalogue(path):
            if message.id:
                found[_forms(message.id)[0]].add(_forms(message.string))
    assert {text: sorted(texts) for text, texts in found.items() if len(texts) > 1} == {}
