"""Names of areas as people write them: 西乡街道, 西乡, 固戍社区, 固戍 stand for the codes of their areas."""

import re
from collections.abc import Iterable

from portal.registry.names import fold

_OFFICE = re.compile(r"(街道办事处|街道|社区居委会|社区工作站|居委会|社区)$")


def area_names(divisions: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Each way of writing an area's name to the codes it may mean; ``divisions`` are (code, name).

    >>> area_names([("440306018000", "西乡街道")])["西乡"]
    ['440306018000']
    """
    found: dict[str, list[str]] = {}
    for code, name in divisions:
        whole = fold(name)
        short = _OFFICE.sub("", whole)
        suffix = "街道" if whole.endswith(("街道", "街道办事处")) else "社区"
        for written in {whole, short, short + suffix} if len(short) > 1 else {whole}:
            found.setdefault(written, []).append(code)
    return found
