"""Who may file, review and extend, and what an objection may never do.

The reviewer never had a hand in what is contested, declared no interest in the estate, and is not of the objector's side
(深圳经济特区社会信用条例 Art. 50-51; the reason for a refusal is shown).
"""

from collections.abc import Mapping
from typing import Any

from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import _
from scoring.objections.contested import Contested


def may_file(actor: Actor, target: Contested) -> bool:
    """The company that the record concerns, a former one of the estate included."""
    return actor.may(Permission.ENTERPRISE_OWN) and actor.uscc is not None and actor.uscc in target.parties


def is_own(actor: Actor, uscc: str) -> bool:
    """A company sees and withdraws its own objections."""
    return actor.may(Permission.ENTERPRISE_OWN) and actor.uscc == uscc


def may_read(actor: Actor, kind: str, division_code: str) -> bool:
    """Staff of the place: a street reads objections to checks of its estates, the district all."""
    if not actor.may(Permission.OBJECTION_READ):
        return False
    return actor.has_whole_district or (kind == "check" and actor.covers(division_code))


def is_of_level(actor: Actor, level: str, division_code: str) -> bool:
    """Whether the office that the review belongs to is the actor's: the street of the estate, or the district."""
    if not actor.may(Permission.OBJECTION_REVIEW):
        return False
    return actor.has_whole_district if level == "district" else actor.covers(division_code)


def deed_words(deed: str) -> str:
    """What a person did to the contested record, as the page says it."""
    return {
        "inspected": _("您做过这次检查，不能复核这件异议。"),
        "reviewed": _("您审核过这次检查，不能复核这件异议。"),
        "adjusted": _("您调整过这次检查的结果，不能复核这件异议。"),
        "corrected": _("您更正过这次检查的结果，不能复核这件异议。"),
        "prepared": _("您办理过这一期的初评结果，不能复核这件异议。"),
        "confirmed": _("您确认过有异议的结果，不能复核这件异议。"),
        "proposed": _("您提出过有异议的事项，不能复核这件异议。"),
        "published": _("您公布过有异议的结果，不能复核这件异议。"),
        "decided": _("您对有异议的事项作出过决定，不能复核这件异议。"),
    }[deed]


def bar_to_review(actor: Actor, target: Contested, uscc: str, has_interest: bool) -> str:
    """Why this person may not review the objection, in words; empty when nothing stands in the way."""
    if actor.uscc is not None and actor.uscc in {uscc, *target.parties}:
        return _("您是提出异议一方的人员，不能复核这件异议。")
    if actor.login in target.hands:
        return deed_words(target.hands[actor.login])
    if has_interest:
        return _("您申报过与这个小区有利害关系，不能复核这件异议。")
    return ""


def may_settle_extension(actor: Actor, asked_by: str) -> bool:
    """A district lead approves an extension, never the person who asked for it."""
    return actor.may(Permission.OBJECTION_EXTEND) and actor.has_whole_district and actor.login != asked_by


def may_register(actor: Actor) -> bool:
    """A district officer registers reconsiderations and lawsuits."""
    return actor.may(Permission.PROCEEDING_EDIT) and actor.has_whole_district


def is_not_worse(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether no figure of the objector became worse: an objection never ends in a worse result than it began with.

    Figures are integers, higher is better; one that was missing may appear, one that was there may not go.
    """
    return all(old is None or (after.get(name) is not None and after[name] >= old) for name, old in before.items())
