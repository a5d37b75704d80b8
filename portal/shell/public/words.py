"""The words of codes on public pages, in the language of the reader."""

from portal.kernel.i18n import _
from portal.kernel.said import Said
from scoring.lists import api as lists


def component(code: str) -> str:
    """A component of a yearly rating."""
    words = {
        "survey": _("业主满意度"),
        "management": _("管理评价"),
        "comprehensive": _("综合评价"),
        "collection": _("物业费收缴率"),
    }
    return words.get(code, code)


def list_name(code: str) -> str:
    """The red or black list, with the bracket that belongs to it."""
    return {"red": _("红榜（行业评价）"), "black": _("黑榜（行业评价）")}.get(code, code)


def list_said(entry: lists.EntryView) -> Said:
    """An entry in a sentence, with its decision, day and next step."""
    return lists.said(entry)


def list_reason(code: str, kind: str, rule_set: str) -> str:
    """Why an entry stands on a list."""
    return lists.reason_text(code, kind, rule_set)
