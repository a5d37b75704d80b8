"""Who may apply for a repair, and who decides one."""

from collections.abc import Collection

from portal.kernel.access import Actor, Permission


def may_apply(actor: Actor, uscc: str) -> bool:
    """The company itself."""
    return actor.may(Permission.ENTERPRISE_OWN) and bool(actor.uscc) and actor.uscc == uscc


def may_decide(actor: Actor, hands: Collection[str]) -> bool:
    """A lead of the district who had no hand in the record that is to be repaired."""
    return actor.may(Permission.REPAIR_DECIDE) and actor.has_whole_district and actor.login not in hands
