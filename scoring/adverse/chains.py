"""The chains of adverse decisions as data: which step may follow which. The database holds the same table.

A chain maps a step to the steps that may follow it; the empty step is the beginning. ``chain_transition`` holds these
rows and triggers refuse a step that they do not carry, so that no step can be skipped past the code either.
Source: the district's rules for lists and vetoes; 深圳经济特区社会信用条例 Art. 39, 79-82.
"""

from collections.abc import Iterator, Mapping

Chain = Mapping[str, tuple[str, ...]]

CHAINS: Mapping[str, Chain] = {
    # A candidate whose ground falls away before the notice is served is dropped. A decided case whose facts change
    # before it is published ends as exited (corrected).
    "list-black": {
        "": ("candidate",),
        "candidate": ("notice_served", "dropped"),
        "notice_served": ("response_open",),
        "response_open": ("hearing", "review"),
        "hearing": ("review",),
        "review": ("decided_list", "dropped"),
        "decided_list": ("decision_served", "exited"),
        "decision_served": ("effective", "exited"),
        "effective": ("exited",),
    },
    "list-red": {
        "": ("candidate",),
        "candidate": ("review",),
        "review": ("public_notice",),
        "public_notice": ("decided_list", "dropped"),
        "decided_list": ("effective", "exited"),
        "effective": ("exited",),
    },
    "veto": {
        "": ("proposed",),
        "proposed": ("notice_served", "dropped"),
        "notice_served": ("response_open",),
        "response_open": ("hearing", "review"),
        "hearing": ("review",),
        "review": ("decided", "dropped"),
        "decided": ("decision_served",),
        "decision_served": ("revoked",),
    },
    "hearing": {
        "": ("asked",),
        "asked": ("arranged", "withdrawn"),
        "arranged": ("arranged", "held", "withdrawn"),
    },
    "repair": {
        "": ("submitted",),
        "submitted": ("gaps_told", "accepted", "withdrawn"),
        "gaps_told": ("supplemented", "withdrawn"),
        "supplemented": ("accepted", "refused", "withdrawn"),
        "accepted": ("extended", "approved", "refused", "withdrawn"),
        "extended": ("approved", "refused", "withdrawn"),
        "approved": ("decision_served",),
        "refused": ("decision_served",),
    },
}


def may_follow(chain: str, before: str, step: str) -> bool:
    """Whether a step may follow another one of a chain; ``before`` is empty at the beginning."""
    return step in CHAINS[chain].get(before, ())


def steps_of(chain: str) -> tuple[str, ...]:
    """Every step of a chain, in the order in which the data name them."""
    return tuple(dict.fromkeys(step for following in CHAINS[chain].values() for step in following))


def transitions() -> Iterator[tuple[str, str, str]]:
    """The rows of ``chain_transition``: chain, step before, step."""
    for chain, following in CHAINS.items():
        for before, steps in following.items():
            for step in steps:
                yield chain, before, step
