"""Who may read and do what in a case, by what the person is to it."""

from mediation.cases.models.record import IN_FORCE, TALKING
from mediation.cases.people import Standing

SEALED = ("archived", "deleted")


def may_know(who: Standing) -> bool:
    """Anybody concerned knows that the case exists; for all others there is none."""
    return who.part != "nobody"


def may_read_names(who: Standing, state: str, is_opened: bool) -> bool:
    """Names and the claim: everybody concerned, until the file is sealed; the parties always."""
    return who.is_party or (who.part in ("registrar", "mediator", "lawyer") and (state not in SEALED or is_opened))


def walls(who: Standing, state: str) -> tuple[str, ...]:
    """The rooms that a person may enter. A registrar enters none; a sealed file is closed to all but its parties."""
    if who.is_party:
        return ("joint", who.side)
    if state in SEALED:
        return ()
    return {"mediator": ("joint", "applicant", "respondent"), "lawyer": ("joint",)}.get(who.part, ())


def may_talk(who: Standing, state: str, wall: str) -> bool:
    """While the sides talk, and while promises are carried out."""
    return wall in walls(who, state) and (state in TALKING or state in IN_FORCE)


def may_hand_in(who: Standing, state: str, wall: str) -> bool:
    """Evidence: a party from the filing on, everybody of the room while they may talk."""
    early = who.is_party and state in ("submitted", "acceptance_check", "consent_pending", "handling", "review")
    return wall in walls(who, state) and (early or may_talk(who, state, wall))


def may_register(who: Standing) -> bool:
    """The office's own deeds: acceptance, transfer, assignment, closing."""
    return who.part == "registrar"


def may_mediate(who: Standing) -> bool:
    """Sessions, drafts, asking for more time, ending."""
    return who.part == "mediator"
