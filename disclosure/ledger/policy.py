"""Who may read and classify the lines of an estate, and who decides on what needs a second pair of eyes."""

from portal.kernel.access import Actor, Permission


def may_read(actor: Actor, division_code: str, serving: str | None) -> bool:
    """A company the estates that it serves today; the office what lies in its jurisdiction."""
    if actor.uscc:
        return actor.may(Permission.FUNDS_READ) and actor.uscc == serving
    return actor.may(Permission.FUNDS_READ) and actor.covers(division_code)


def may_classify(actor: Actor, division_code: str, serving: str | None) -> bool:
    """The company that serves the estate, or an officer for it."""
    return actor.may(Permission.FUNDS_CLASSIFY) and may_read(actor, division_code, serving)


def may_release(actor: Actor, division_code: str, serving: str | None, attached_by: str) -> bool:
    """A redacted copy becomes public by an officer or reviewer who did not hand the voucher in, or by the company itself:
    what it shows is the company's own paper."""
    if actor.uscc:
        return may_classify(actor, division_code, serving)
    return actor.may(Permission.FUNDS_CONFIRM) and actor.covers(division_code) and actor.audit_name != attached_by


def may_rule_for_all(actor: Actor) -> bool:
    """A saved rule for every estate of the district is an officer's, not a company's."""
    return actor.may(Permission.FUNDS_CLASSIFY) and not actor.uscc and actor.has_whole_district
