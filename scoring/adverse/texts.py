"""The standing texts of notices and decisions, as data that legality review settles (``data/texts.json``), and their parts.

Documents are in Chinese whatever the reader's language. Each adverse decision carries how to be repaired (两书同达).
"""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from portal.kernel.settings import settings
from portal.notices.api import Section
from scoring.adverse.queries import PointView

NUMERALS = "一二三四五六七八九十"
VERDICTS = {"taken": "采纳", "partly": "部分采纳", "not_taken": "不采纳"}


@cache
def texts() -> dict[str, Any]:
    """Every standing text by its name."""
    found: dict[str, Any] = json.loads(files("scoring.adverse").joinpath("data/texts.json").read_text("utf-8"))
    return found


def numbered(parts: Sequence[tuple[str, Sequence[str], list[list[str]] | None]]) -> list[Section]:
    """Sections with their numbers: (name of the heading, paragraphs, table or None)."""
    heads = texts()["headings"]
    return [
        Section(f"{NUMERALS[number]}、{heads[name]}", tuple(paragraphs), table)
        for number, (name, paragraphs, table) in enumerate(parts)
    ]


def notice(
    *, facts: Sequence[str], evidence: Sequence[tuple[str, str]], basis: str, measure: str, days: int, hearing: int,
    exit_text: str,
) -> list[Section]:  # fmt: skip
    """The eight parts of a notice. ``evidence``: what it is and the SHA-256 of the file in the annex (may be empty)."""
    told = texts()
    table = [["序号", "证据", "文件校验值"]]
    table += [[str(number), name, sha[:16]] for number, (name, sha) in enumerate(evidence, 1)]
    return numbered(
        [
            ("facts", facts, None),
            ("evidence", (), table),
            ("basis", (told["basis"][basis],), None),
            ("measure", (measure, told["evaluation"]), None),
            ("rights", [line.format(days=days, hearing=hearing) for line in told["rights"]], None),
            ("exit", (exit_text,), None),
            ("remedies", (told["remedies_before"],), None),
            ("contact", (contact(),), None),
        ]
    )


def decision(
    *, facts: Sequence[str], points: Sequence[PointView], basis: str, outcome: str, exit_text: str, more: str = ""
) -> list[Section]:
    """The parts of a decision; every point that was raised stands there with its answer."""
    told = texts()
    said = [["序号", "意见", "答复"]]
    said += [[str(one.number), one.text, f"{VERDICTS.get(one.verdict or '', '')}：{one.answer}"] for one in points]
    return numbered(
        [
            ("facts", facts, None),
            ("said", () if points else (told["no_points"],), said if points else None),
            ("basis", (told["basis"][basis],), None),
            ("decision", tuple(line for line in (outcome, more, told["evaluation"]) if line), None),
            ("exit", (exit_text,), None),
            ("remedies", (remedies(),), None),
            ("contact", (contact(),), None),
        ]
    )


def remedies() -> str:
    """How to have a decision looked at by others; the district sets who they are (``SITE_AUTHORITY``, ``SITE_COURT``)."""
    return str(texts()["remedies"].format(authority=settings().authority, court=settings().court))


def contact() -> str:
    """Who to turn to."""
    return f"{settings().operator}，联系方式：{settings().contact}。"


def commitment() -> str:
    """The text of the commitment that goes with an application for repair."""
    return str(texts()["commitment"])
