"""Who keeps the roster."""

from portal.kernel.access import Actor, Permission


def may_keep(actor: Actor) -> bool:
    """A registrar of the whole district keeps mediators and their ties; a street's registrar its rooms."""
    return actor.may(Permission.MEDIATION_REGISTER) and actor.has_whole_district


def may_keep_place(actor: Actor, division_code: str) -> bool:
    """A registrar keeps the rooms of the place."""
    return actor.may(Permission.MEDIATION_REGISTER) and actor.covers(division_code)


def may_declare(actor: Actor, login: str) -> bool:
    """Everybody declares ties of their own; the registrar notes those that come to light."""
    return actor.login == login or may_keep(actor)
