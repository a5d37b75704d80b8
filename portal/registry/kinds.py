"""The kinds of estate 小区类型: the one place that lists them.

A new kind takes a line of ``_TABLE``, a migration and a rule set; docs/architecture.md, "A new kind of estate", says how.
"""

from typing import Final

from portal.kernel.i18n import language, lazy

# The code, the word on sheets (the contract's), the word on pages; in the order in which groups are shown.
_TABLE: Final = (
    ("commodity", "商品房", lazy("商品房小区")),
    ("village", "村改居", lazy("村改居小区")),
    ("affordable", "保障房", lazy("保障性住房小区")),
)
KINDS = tuple(code for code, _label, _name in _TABLE)
LABELS = tuple((code, label) for code, label, _name in _TABLE)
NAMES = {code: name for code, _label, name in _TABLE}
ORDER = {code: place for place, code in enumerate(KINDS)}


def kind_name(code: str) -> str:
    """A kind as it stands alone; a code that is not known stays as it is."""
    return str(NAMES.get(code, code))


def kind_group(code: str) -> str:
    """A kind as a group within a sentence: 商品房小区, commodity housing estates."""
    return f"{kind_name(code).lower()}s" if language() == "en" else kind_name(code)


def kind_choices() -> list[tuple[str, str]]:
    """Codes and names, for a select."""
    return [(code, kind_name(code)) for code in KINDS]
