"""Who may do what with a record of the registry. Estates and contracts belong to a jurisdiction, parties to all."""

from portal.kernel.access import Actor, Permission


def may_read_estate(actor: Actor, division_code: str) -> bool:
    """Readers of the registry see the estates of their jurisdiction."""
    return actor.may(Permission.REGISTRY_READ) and actor.covers(division_code)


def may_edit_estate(actor: Actor, division_code: str) -> bool:
    """Editors change the estates of their jurisdiction and their contracts."""
    return actor.may(Permission.REGISTRY_EDIT) and actor.covers(division_code)


def may_edit_division(actor: Actor, code: str) -> bool:
    """Editors name the areas of their jurisdiction."""
    return actor.may(Permission.REGISTRY_EDIT) and actor.covers(code)


def may_edit_parties(actor: Actor) -> bool:
    """Companies and managers work across jurisdictions: every editor keeps them."""
    return actor.may(Permission.REGISTRY_EDIT)
