"""Who decides on a registration while entries are in force: those who register in the jurisdiction of the estate."""

from portal.kernel.access import Actor, Permission


def may_decide(actor: Actor, division_code: str) -> bool:
    """Editors of the register decide for the estates of their jurisdiction."""
    return actor.may(Permission.REGISTRY_EDIT) and actor.covers(division_code)


def may_read(actor: Actor, division_code: str) -> bool:
    """Readers of the register see the decisions of their jurisdiction."""
    return actor.may(Permission.REGISTRY_READ) and actor.covers(division_code)
