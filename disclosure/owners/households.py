"""How a household is named: people write buildings and rooms in many ways, and mean the same."""

import re
import unicodedata

_BUILDING = re.compile(r"(号楼|栋|座|幢|楼|#)$")
_UNIT = re.compile(r"(室|房|号|户|#)$")


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).upper().split()).replace("—", "-").replace("－", "-")


def building_key(text: str) -> str:
    """A building as it is compared; an estate of one building has none.

    >>> building_key("３ 栋"), building_key("a座"), building_key("")
    ('3', 'A', '')
    """
    return _BUILDING.sub("", _plain(text))[:40]


def unit_key(text: str) -> str:
    """A home's number as it is compared.

    >>> unit_key("1201室"), unit_key("12 01 房")
    ('1201', '1201')
    """
    return _UNIT.sub("", _plain(text))[:40]


def name_key(text: str) -> str:
    """A name as it is compared: without spaces and middle dots, in one case.

    >>> name_key("阿依古丽·买买提") == name_key("阿依古丽 买买提")
    True
    """
    return re.sub(r"[·•・.．\s]", "", unicodedata.normalize("NFKC", text)).casefold()
