"""Who may reply, and who may moderate."""

from collections.abc import Collection

from portal.kernel.access import Actor, Permission


def may_reply(actor: Actor) -> bool:
    """A user of an enterprise replies for it; to which results, the verb looks up."""
    return actor.may(Permission.ENTERPRISE_OWN) and actor.uscc is not None


def may_moderate(actor: Actor, division_code: str, hands: Collection[str]) -> bool:
    """An officer or lead within the jurisdiction who had no hand in the checks and the review that the reply is about."""
    return actor.may(Permission.REPLY_MODERATE) and actor.covers(division_code) and actor.login not in hands
