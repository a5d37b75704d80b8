"""Journals whose state is their last step: both databases refuse a step that may not follow, and a decision while a point
has no answer."""

from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from portal.kernel.db import transaction

OBJECTION = """INSERT INTO objection (id, number, ref, kind, uscc, division_code, level, contested, filed_by, recorded_at)
    VALUES ('o1', 'YY-2026-0001', 'rating:2025/E1', 'rating', '91440300000000001A', '440306000000', 'district', '{}',
            'company', '2026-06-03 02:00:00')"""
STEP = """INSERT INTO objection_step (objection_id, seq, step, actor, "on", at, code, reason, document_id)
    VALUES ('o1', :seq, :step, 'x', '2026-06-03', '2026-06-03 02:00:00', '', '', '')"""
POINT = "INSERT INTO objection_point (objection_id, seq, text) VALUES ('o1', 1, '有误。')"
ANSWER = "INSERT INTO objection_answer (objection_id, point_seq, verdict, text) VALUES ('o1', 1, 'dismissed', '无据。')"


def _do(statement: str, **values: object) -> None:
    with transaction() as db:
        db.execute(text(statement), values)


@contextmanager
def _refused(words: str):
    with pytest.raises(DatabaseError, match=words):
        yield


@pytest.mark.both_databases
def test_the_steps_of_an_objection(instance):
    _do(OBJECTION)
    _do(POINT)
    for seq, step in ((1, "accepted"), (2, "filed"), (1, "decided")):
        with _refused("may not follow|no answer"):
            _do(STEP, seq=seq, step=step)
    _do(STEP, seq=1, step="filed")
    for seq, step in ((2, "decided"), (3, "accepted"), (2, "extended")):
        with _refused("may not follow|no answer"):
            _do(STEP, seq=seq, step=step)
    _do(STEP, seq=2, step="accepted")
    with _refused("no answer"):
        _do(STEP, seq=3, step="decided")
    _do(ANSWER)
    _do(STEP, seq=3, step="decided")
    with _refused("may not follow"):
        _do(STEP, seq=4, step="accepted")
    for statement in ("UPDATE objection_step SET step = 'filed'", "DELETE FROM objection_answer"):
        with _refused("append only"):
            _do(statement)
