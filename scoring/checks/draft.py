"""The inspector's working paper: what was decided for each item so far. Pure: payload in, decisions out."""

from dataclasses import asdict, dataclass, field
from typing import Any

from portal.kernel.errors import CellError, DomainError
from portal.kernel.i18n import _
from scoring.rules.deductions import CLEAN, NOT_APPLICABLE, canonical_result, expected_results
from scoring.rules.errors import UnknownResult
from scoring.standards.api import ItemView, StandardView

PASS = CLEAN[0]
MAX_NOTE = 500


@dataclass(frozen=True)
class Answer:
    """One item's result, place and note. ``result`` is empty while only place or note are written."""

    result: str = ""
    place: str = ""
    note: str = ""

    @property
    def is_finding(self) -> bool:
        """Whether something was found, as opposed to a pass or an item that does not apply."""
        return self.result not in ("", PASS, NOT_APPLICABLE)


@dataclass(frozen=True)
class Draft:
    """``results``: item code to answer; ``passed_categories``: the rest of the category passed; ``clean``: the rest of
    the whole check passed; ``detached``: ids of photos that the inspector took off again."""

    results: dict[str, Answer] = field(default_factory=dict)
    passed_categories: tuple[str, ...] = ()
    clean: bool = False
    detached: tuple[str, ...] = ()

    @classmethod
    def read(cls, payload: dict[str, Any], standard: StandardView) -> "Draft":
        """A payload of the page or of the database. Raises ``DomainError`` for unknown items and impossible results."""
        items = standard.items
        results = {code: _answer(items, code, given) for code, given in payload.get("results", {}).items()}
        known = {category.code for category in standard.categories}
        passed = payload.get("passed_categories", [])
        if set(passed) - known:
            raise DomainError(_("检查标准%(version)s没有类别%(category)s。", version=standard.version,
                                category=_("、").join(sorted(set(passed) - known))))  # fmt: skip
        return cls(
            {code: results[code] for code in items if code in results and results[code] != Answer()},
            tuple(code for code in dict.fromkeys(passed)),
            bool(payload.get("clean", False)),
            tuple(sorted({str(photo) for photo in payload.get("detached", [])})),
        )

    def payload(self) -> dict[str, Any]:
        """The plain form that is stored and handed to the page."""
        return {
            "results": {code: asdict(answer) for code, answer in self.results.items()},
            "passed_categories": list(self.passed_categories),
            "clean": self.clean,
            "detached": list(self.detached),
        }

    def decided(self, item: ItemView) -> bool:
        """Whether an item has its result."""
        if item.item_code in self.results and self.results[item.item_code].result:
            return True
        return self.clean or item.category_code in self.passed_categories

    def result(self, item: ItemView) -> str:
        """The result of an item as it stands, ``''`` while it is open."""
        answer = self.results.get(item.item_code)
        if answer and answer.result:
            return answer.result
        return PASS if self.decided(item) else ""

    def open_items(self, standard: StandardView) -> list[str]:
        """Codes of the items still to decide."""
        return [code for code, item in standard.items.items() if not self.decided(item)]

    def exceptions(self) -> dict[str, Answer]:
        """What will be stored: everything that is not a plain pass."""
        return {code: answer for code, answer in self.results.items() if answer.result not in ("", PASS)}


def _answer(items: dict[str, ItemView], code: str, given: dict[str, Any]) -> Answer:
    if code not in items:
        raise DomainError(_("检查标准没有检查项%(item)s。", item=code))
    texts = {name: str(given.get(name) or "").strip() for name in ("result", "place", "note")}
    if any(len(text) > MAX_NOTE for text in texts.values()):
        raise DomainError(_("检查项%(item)s的说明最多填%(n)s个字。请缩短。", item=code, n=MAX_NOTE))
    if texts["result"]:
        texts["result"] = read_result(items[code], texts["result"])
    return Answer(**texts)


def read_result(item: ItemView, result: str) -> str:
    """A result in its one way of writing. ``DomainError`` names what is possible for the item."""
    try:
        return canonical_result(result, item.deduction)
    except UnknownResult as error:
        expected = expected_results(item.deduction)
        sentence = "检查项%(item)s的结果应填%(expected)s，现在是“%(value)s”。"
        raise DomainError(_(sentence, item=item.item_code, expected=expected, value=result)) from error


def problems(draft: Draft, standard: StandardView, photos: dict[str, int], from_page: bool) -> list[CellError]:
    """Why a draft cannot be submitted: one line an item, ``cell`` being the item code.

    ``photos``: item code to number of photos. Sheets carry no photos and no places, so only the page asks for them.
    """
    found = []
    for code, item in standard.items.items():
        if not draft.decided(item):
            found.append(CellError(code, _("检查项%(item)s还没有填写结果。", item=code)))
            continue
        result, answer = draft.result(item), draft.results.get(code, Answer())
        if result == NOT_APPLICABLE and not answer.note:
            found.append(CellError(code, _("检查项%(item)s不适用，请填写原因。", item=code)))
        if not from_page:
            continue
        if answer.is_finding and not answer.place:
            found.append(CellError(code, _("检查项%(item)s发现问题，请填写位置。", item=code)))
        if answer.is_finding and not photos.get(code):
            found.append(CellError(code, _("检查项%(item)s发现问题，请至少拍一张照片。", item=code)))
        if result == PASS and item.hazard_class == "C" and standard.pass_photo_c and not photos.get(code):
            found.append(CellError(code, _("检查项%(item)s属于C类，通过时也要拍一张照片。", item=code)))
    return found
