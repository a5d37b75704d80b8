"""Kinds of signed papers: their names, whether anybody may read them, and who shows and prints them."""

from collections.abc import Callable
from typing import Any

from portal.kernel.i18n import _
from portal.receipts import api as receipts

PAGES: dict[str, Callable[[dict[str, Any]], str]] = {}
FILES: dict[str, Callable[[dict[str, Any], str], bytes]] = {}
CHECK, PLAQUE, REPORT = "lists.check", "rating.plaque", "credit.report"


def kind(code: str) -> str:
    """What a paper is called."""
    names = {CHECK: _("红黑榜查询回执"), PLAQUE: _("年度星级证书"), REPORT: _("企业信用报告")}
    return names.get(code, code)


def is_open(code: str) -> bool:
    """Whether anybody may read the paper by its number: a plaque hangs in a lobby, a receipt tells whom somebody asked about."""
    return code == PLAQUE


def number(found: receipts.Look) -> str:
    """The issue number of a certificate: 2025-000012; empty where a paper has none."""
    if not found.number:
        return ""
    series, seq = found.number
    return f"{series.partition(':')[2]}-{seq:06d}"


def state(verdict: receipts.Verdict, changed: list[int]) -> str:
    """``genuine``, ``altered`` or ``superseded``."""
    if verdict.verdict == receipts.GENUINE and changed:
        return receipts.SUPERSEDED
    return verdict.verdict
