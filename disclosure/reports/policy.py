"""Who may file, read and confirm a report, and who may say that something is not due."""

from portal.kernel.access import Actor, Permission


def may_read(actor: Actor, division_code: str, serving: str | None) -> bool:
    """A company the estates that it serves; the office what lies in its jurisdiction."""
    if actor.uscc:
        return actor.may(Permission.FUNDS_CLASSIFY) and actor.uscc == serving
    return actor.may(Permission.FUNDS_READ) and actor.covers(division_code)


def may_file(actor: Actor, division_code: str, serving: str | None) -> bool:
    """The company that serves the estate, or an officer for an owners' committee that filed on paper."""
    return actor.may(Permission.FUNDS_CLASSIFY) and may_read(actor, division_code, serving)


def may_withdraw(actor: Actor, submitted_by: str) -> bool:
    """Who handed it in takes it back, while nobody has decided."""
    return actor.may(Permission.FUNDS_CLASSIFY) and actor.audit_name == submitted_by


def may_confirm(actor: Actor, division_code: str, submitted_by: str) -> bool:
    """A street's reviewer or an officer, never who submitted."""
    return (
        actor.may(Permission.FUNDS_CONFIRM)
        and not actor.uscc
        and actor.covers(division_code)
        and actor.audit_name != submitted_by
    )


def may_set_terms(actor: Actor, division_code: str) -> bool:
    """What is not applicable is decided by the office, with a public reason: a company does not excuse itself."""
    return actor.may(Permission.FUNDS_CONFIRM) and not actor.uscc and actor.covers(division_code)


def may_propose_events(actor: Actor) -> bool:
    """Credit events are proposed by an officer of the whole district."""
    return actor.may(Permission.CREDIT_PROPOSE) and actor.has_whole_district
