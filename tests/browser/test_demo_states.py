"""The demo district of 30 estates shows every state that a record can rest in, so that each page has something to show."""

import sqlite3
from contextlib import closing

import pytest

from scoring.adverse.chains import CHAINS
from scoring.credit.models import LINK_STEPS
from scoring.credit.models import STEPS as CREDIT_STEPS
from scoring.objections.models import STEPS as OBJECTION_STEPS
from scoring.rectification.moves import STATES as ORDER_STATES
from scoring.replies.models import STEPS as REPLIES

PASSING = {  # within one deed the next step follows
    "list-black": {"notice_served"},
    "list-red": {"candidate", "review"},
    "veto": {"notice_served"},
    "repair": {"submitted", "supplemented"},
}


def _chain(name):
    return {step for steps in CHAINS[name].values() for step in steps} - PASSING.get(name, set())


JOURNALS = {  # journal: its record, its state, what it must show
    "veto_step": ("case_id", "step", _chain("veto")),
    "repair_step": ("case_id", "step", _chain("repair")),
    "adverse_hearing": ("case_id", "step", _chain("hearing")),
    "credit_step": ("case_id", "step", set(CREDIT_STEPS)),
    "affiliation_step": ("affiliation_id", "step", set(LINK_STEPS)),
    "objection_step": ("objection_id", "step", set(OBJECTION_STEPS)),
    "proceeding_step": ("proceeding_id", "step", {"pending", "ended"}),
    "rectification_step": ("order_id", "state", set(ORDER_STATES)),
    "reply_step": ("reply_id", "step", {step for steps in REPLIES.values() for step in steps}),
}


@pytest.fixture(scope="module")
def database(demo_place):
    with closing(sqlite3.connect(f"file:{demo_place.instance / 'portal.db'}?mode=ro", uri=True)) as connection:
        yield connection


def _last(journal, record):
    return f"own.seq = (SELECT max(seq) FROM {journal} later WHERE later.{record} = own.{record})"


@pytest.mark.parametrize("journal", JOURNALS)
def test_every_state_is_there(database, journal):
    record, state, wanted = JOURNALS[journal]
    query = f"SELECT own.{state}, count(*) FROM {journal} own WHERE {_last(journal, record)} GROUP BY 1"
    assert wanted - set(dict(database.execute(query))) == set()


@pytest.mark.parametrize("colour", ["black", "red"])
def test_every_state_of_a_list_is_there(database, colour):
    query = (
        "SELECT own.step, count(*) FROM list_step own JOIN list_case made ON made.id = own.case_id "
        f"WHERE made.kind = ? AND {_last('list_step', 'case_id')} GROUP BY 1"
    )
    assert _chain(f"list-{colour}") - set(dict(database.execute(query, [colour]))) == set()
