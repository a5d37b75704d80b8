"""Is a page told in its language? On English pages Chinese may only be data; on Chinese pages words are Chinese.

Data are the texts that stand in the database (names, addresses, notes), except what the database holds in both
languages: the Chinese of the checklist. They are read from every text column: a new column needs no entry here.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page
from sqlalchemy import inspect, text

from portal.kernel.db import engine, reading
from portal.registry.queries import manager_names

HAN = re.compile(r"[\u3400-\u9fff]+")
WORDS = re.compile(r"[A-Za-z][a-z]{2,}")
# In Chinese: formats, software and addresses are called by their Latin names.
LATIN = re.compile(r"\b(Excel|English|OpenAPI|Ed25519|https?|[\w.-]+\.(csv|xlsx|json|md|py|pem)|\S*[/_@.]\S*)\b")
TWO_LANGUAGES = {"category_zh", "item_zh"}  # the English of these stands beside them
# Texts of a page: all that is seen, and the parts that are never data: headings, labels, buttons, navigation.
COLLECT = """() => {
  const seen = new Set(), parts = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const foreign = "[lang]:not(html), script, style, template, code";
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (!node.parentElement.closest(foreign)) seen.add(node.nodeValue.trim());
  for (const name of ["aria-label", "title", "placeholder", "alt"])
    for (const element of document.querySelectorAll(`[${name}]`))
      if (!element.closest(foreign)) seen.add(element.getAttribute(name).trim());
  for (const element of document.querySelectorAll("h1, h2, h3, h4, label, button, nav a, thead th, legend, caption, dt, summary"))
    if (!element.closest(foreign)) parts.add(element.textContent.replace(/\\s+/g, " ").trim());
  seen.add(document.title);
  return {seen: [...seen], parts: [...parts], headings: document.querySelectorAll("h1").length, title: document.title};
}"""


def data_texts() -> list[str]:
    """Every Chinese text in the database, the longest first."""
    found = set()
    with engine().connect() as connection:
        inspector = inspect(connection)
        for table in inspector.get_table_names():
            names = {column["name"] for column in inspector.get_columns(table) if _is_text(column)}
            for name in sorted(names - TWO_LANGUAGES):
                rows = connection.execute(text(f'SELECT DISTINCT "{name}" FROM "{table}"')).scalars()
                said = [part for row in rows if row and HAN.search(row) for part in _parts(row)]
                found.update(said, [part.rstrip("。") for part in said])  # inside a sentence its own full stop goes
    with reading() as db:  # sealed in the database
        found.update(manager_names(db).values())
    return sorted(found, key=lambda part: (-len(part), part))


def _is_text(column: Any) -> bool:
    return column["type"].python_type is str


def _parts(value: str) -> Iterator[str]:
    """The value, or the texts inside it when it is JSON."""
    if value[:1] not in "[{":
        yield value
        return
    waiting = [json.loads(value)]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str) and HAN.search(item):
            yield item
        waiting += list(item.values()) if isinstance(item, dict) else item if isinstance(item, list) else []


class Data:
    """What is data, to be taken out of a text before its language is judged."""

    def __init__(self, texts: list[str]) -> None:
        self.texts, self.all = texts, set(texts)
        self.judged: dict[str, str] = {}

    def without(self, said: str) -> str:
        """The text without the data in it; pages repeat most of their texts."""
        if said not in self.judged:
            self.judged[said] = "" if said in self.all else self._taken_out(said)
        return self.judged[said]

    def _taken_out(self, said: str) -> str:
        for known in self.texts:
            if known in said:
                said = said.replace(known, " ")
        return said


def strangers(page: Page, language: str, data: Data) -> list[str]:
    """What of the page stands in the other language, and what is wrong with its heading and title."""
    found = page.evaluate(COLLECT)
    wrong = [] if found["headings"] == 1 else [f"{found['headings']} h1 headings"]
    wrong += [] if found["title"].strip(" -") else ["no title"]
    if language == "en":
        return wrong + [
            f"Chinese: {said}" for said in found["seen"] if HAN.search(said) and HAN.search(data.without(said))
        ]
    return wrong + [
        f"English: {said}" for said in found["parts"] if not HAN.search(said) and WORDS.search(LATIN.sub("", said))
    ]
