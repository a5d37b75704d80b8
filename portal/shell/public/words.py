"""The words of codes on public pages, in the language of the reader."""

from portal.kernel.i18n import _, language
from scoring.lists import api as lists


def kind(code: str) -> str:
    """A kind of estate as it stands in a sentence."""
    words = {"commodity": _("商品房小区"), "village": _("村改居小区"), "affordable": _("保障性住房小区")}
    return words.get(code, code)


def kind_plural(code: str) -> str:
    """A kind of estate as a group within a sentence."""
    return f"{kind(code).lower()}s" if language() == "en" else kind(code)


def kinds() -> list[tuple[str, str]]:
    """Codes and words of the kinds, for a select."""
    return [(code, kind(code)) for code in ("commodity", "village", "affordable")]


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


def list_reason(code: str, kind: str) -> str:
    """Why an entry stands on a list."""
    return lists.reason_text(code, kind)
