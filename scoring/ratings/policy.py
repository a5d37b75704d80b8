"""Who may prepare, confirm and publish."""

from portal.kernel.access import Actor, Permission


def has_whole_district(actor: Actor) -> bool:
    """A publication concerns every estate, so it takes somebody whose jurisdiction is the district."""
    return actor.has_whole_district


def may_prepare_quarter(actor: Actor, division_code: str | None) -> bool:
    """The initial result of a division of one's jurisdiction (None: the whole district)."""
    return actor.may(Permission.QUARTER_PREPARE) and _covers(actor, division_code)


def may_confirm_quarter(actor: Actor, division_code: str | None) -> bool:
    """The street review of a division of one's jurisdiction."""
    return actor.may(Permission.QUARTER_CONFIRM) and _covers(actor, division_code)


def may_publish_quarter(actor: Actor) -> bool:
    """District publication."""
    return actor.may(Permission.QUARTER_PUBLISH) and has_whole_district(actor)


def may_prepare_year(actor: Actor) -> bool:
    """Compute the ratings and see what is missing."""
    return actor.may(Permission.YEAR_PREPARE) and has_whole_district(actor)


def may_publish_year(actor: Actor) -> bool:
    """Publish the ratings."""
    return actor.may(Permission.YEAR_PUBLISH) and has_whole_district(actor)


def may_revise_year(actor: Actor) -> bool:
    """A revision follows from a deed of its own: a correction of a quarter or a fact, or a veto."""
    causes = (
        Permission.QUARTER_PUBLISH,
        Permission.YEAR_PUBLISH,
        Permission.VETO_DECIDE,
        Permission.YEAR_FACTS_EDIT,
    )
    return any(actor.may(cause) for cause in causes)


def _covers(actor: Actor, division_code: str | None) -> bool:
    if division_code is None:
        return actor.division_code is None
    return actor.covers(division_code)


def may_waive_hold(actor: Actor) -> bool:
    """An enterprise gives up the hold for its own results; which these are, the verb looks up."""
    return actor.may(Permission.ENTERPRISE_OWN) and actor.uscc is not None
