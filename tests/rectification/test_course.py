"""The course of an order: every step that is possible, every one that is not, by whom, and what it does to the clock."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from portal.kernel import clock
from portal.kernel.access import Role, person_actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from scoring.checks import service as checks
from scoring.rectification.models import RectificationStep
from scoring.rectification.moves import MOVES
from scoring.rectification.service import answering, photos
from tests.checks import district as small
from tests.rectification import acts
from tests.registry.sheets import USCC

DAY = small.DAY
NEIGHBOUR = person_actor("next-door", Role.INSPECTOR, "440306017011")


@pytest.mark.both_databases
def test_answered_in_time_is_on_time_however_long_the_verification_takes(order):
    with acts.at(DAY + timedelta(days=7), 23, 59):
        acts.answer(order)
        assert acts.clocks(order)["finding.B"].paused
    with acts.at(DAY + timedelta(days=20)):
        assert not acts.view(order).overdue
        acts.verify(order)
    done = acts.clocks(order)
    assert done["finding.B"].closed_at == acts.instant(2026, 10, 19, 23, 59)
    assert not done["finding.B"].overdue
    assert (done["finding.verify"].outcome, done["finding.verify"].overdue) == ("done", True)
    assert acts.fresh(order).state == "closed"


def test_a_minute_late_is_late(order):
    with acts.at(DAY + timedelta(days=8), 0, 1):
        acts.answer(order)
        assert acts.view(order).overdue
        acts.verify(order)
    assert acts.clocks(order)["finding.B"].overdue


def test_a_refusal_opens_the_order_again_and_gives_back_the_days_of_waiting(order):
    with acts.at(DAY + timedelta(days=3)):
        acts.answer(order)
    with acts.at(DAY + timedelta(days=5)):
        acts.refuse(order)
        assert acts.fresh(order).state == "open"
        assert acts.clocks(order)["finding.B"].last_day == DAY + timedelta(days=9)
        assert acts.clocks(order)["finding.verify"].outcome == "refused"
        acts.answer(order)
        acts.verify(order)
    with reading() as db:
        assert [step.step for step in acts.queries.steps(db, [order.id])[order.id]] == [
            "opened", "answered", "refused", "answered", "verified",
        ]  # fmt: skip


@pytest.mark.parametrize(("granted", "last"), [(True, 14), (False, 7)])
def test_more_time_is_asked_for_once_and_decided_by_the_street(order, granted, last):
    with acts.at(DAY + timedelta(days=2)):
        acts.ask(order)
        assert acts.view(order).extension == "asked"
        with pytest.raises(Conflict):
            acts.ask(order)
        acts.extend(order, granted)
        assert acts.clocks(order)["finding.B"].last_day == DAY + timedelta(days=last)
        for again in (lambda: acts.extend(order), lambda: acts.ask(order)):
            with pytest.raises(Conflict):
                again()


def test_24_hours_are_extended_by_24_hours(urgent):
    acts.ask(urgent)
    acts.extend(urgent)
    assert acts.clocks(urgent)["finding.C"].due_at == acts.instant(2026, 10, 14, 10)


def test_what_was_asked_for_in_time_is_granted_after_the_deadline(order):
    """The street was slow: the company does not pay for it."""
    with acts.at(DAY + timedelta(days=6)):
        acts.ask(order)
    with acts.at(DAY + timedelta(days=9)):
        acts.extend(order)
        assert acts.clocks(order)["finding.B"].last_day == DAY + timedelta(days=14)


def test_no_time_is_asked_for_when_it_has_run_out(order):
    with acts.at(DAY + timedelta(days=8)), pytest.raises(DomainError, match="期限已过"):
        acts.ask(order)


def test_temporary_protection_is_for_class_c_and_stops_no_clock(order):
    with pytest.raises(DomainError, match="C类"):
        acts.protect(order)
    urgent = acts.orders()["XF01"]
    acts.protect(urgent)
    assert acts.fresh(urgent).state == "open"
    assert not acts.clocks(urgent)["finding.C"].paused


def test_an_answer_needs_words_and_a_photo_that_is_one(order):
    for uploads in ([], [(b"GIF89a", "a.gif")], [(small.photo(), "a.jpg")] * 10):
        with pytest.raises(DomainError):
            acts.answer(order, uploads=uploads)
    with pytest.raises(DomainError), transaction() as db:
        answering.answer(db, acts.COMPANY, order.id, 1, "  ", [(small.photo(), "a.jpg")], clock.today())
    assert acts.fresh(order).seq == 1


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        pytest.param(acts.OTHERS, NotFound, id="another company"),
        pytest.param(small.ZHANG, NotAllowed, id="the inspector"),
        pytest.param(small.STREET, NotAllowed, id="the street"),
        pytest.param(small.CLI, NotAllowed, id="the command line"),
    ],
)
def test_only_the_company_that_was_asked_answers(order, who, refusal):
    for deed in (acts.answer, acts.ask):
        with pytest.raises(refusal):
            deed(order, who)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        pytest.param(acts.COMPANY, NotAllowed, id="the company itself"),
        pytest.param(small.STREET, NotAllowed, id="the street"),
        pytest.param(small.OFFICER, NotAllowed, id="the district"),
        pytest.param(small.LI, NotFound, id="an inspector of another street"),
        pytest.param(NEIGHBOUR, NotFound, id="an inspector of the next community"),
    ],
)
def test_only_an_inspector_of_the_community_verifies(order, who, refusal):
    acts.answer(order)
    for deed in (acts.verify, acts.refuse):
        with pytest.raises(refusal):
            deed(order, who)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        pytest.param(acts.COMPANY, NotAllowed, id="the company itself"),
        pytest.param(small.ZHANG, NotAllowed, id="the inspector"),
        pytest.param(small.OFFICER, NotAllowed, id="the district"),
        pytest.param(small.FUYONG, NotFound, id="another street"),
    ],
)
def test_only_the_street_grants_more_time(order, who, refusal):
    acts.ask(order)
    with pytest.raises(refusal):
        acts.extend(order, True, who)


def test_a_declared_interest_bars_the_inspector_and_the_street(order):
    for person in (small.ZHANG, small.STREET):
        with transaction() as db:
            checks.declare_interest(db, person, "E-1", "配偶在该企业任职")
    acts.ask(order)
    with pytest.raises(NotAllowed, match="利害关系"):
        acts.extend(order)
    acts.answer(order)
    with pytest.raises(NotAllowed, match="利害关系"):
        acts.verify(order)


IMPOSSIBLE = [
    ("open", "verify"), ("open", "refuse"), ("open", "extend"), ("awaiting", "answer"), ("awaiting", "protect"),
    ("awaiting", "ask"), ("awaiting", "extend"), ("closed", "answer"), ("closed", "verify"), ("closed", "refuse"),
    ("closed", "ask"), ("closed", "protect"), ("cancelled", "answer"), ("cancelled", "verify"), ("cancelled", "ask"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "deed"), IMPOSSIBLE)
def test_no_state_is_skipped(urgent, state, deed):
    if state in ("awaiting", "closed"):
        acts.answer(urgent)
    if state == "closed":
        acts.verify(urgent)
    if state == "cancelled":
        with transaction() as db:
            checks.correct_item(db, small.OFFICER, urgent.check_id, "XF01", "pass", "复核有误", clock.today())
    assert acts.fresh(urgent).state == state
    with pytest.raises(Conflict):
        getattr(acts, deed)(urgent)


def test_a_form_that_somebody_overtook_does_nothing(urgent):
    acts.protect(urgent)
    with pytest.raises(Conflict):
        acts.answer(urgent, seq=1)
    assert acts.fresh(urgent).seq == 2


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "row",
    [
        pytest.param({"seq": 2, "step": "verified", "was_seq": 1, "was": "open", "state": "closed"}, id="skipped"),
        pytest.param({"seq": 2, "step": "verified", "was_seq": 1, "was": "awaiting", "state": "closed"}, id="invented"),
        pytest.param({"seq": 3, "step": "answered", "was_seq": 2, "was": "open", "state": "awaiting"}, id="gap"),
        pytest.param(
            {"seq": 2, "step": "answered", "was_seq": None, "was": None, "state": "awaiting"}, id="from nowhere"
        ),
        pytest.param({"seq": 2, "step": "opened", "was_seq": None, "was": None, "state": "open"}, id="opened twice"),
    ],
)
def test_the_database_itself_refuses_to_skip_a_state(order, row):
    common = {"order_id": order.id, "actor": "x", "on": DAY, "happened_at": clock.now(), "at": clock.now(), "text": ""}
    with pytest.raises(IntegrityError), transaction() as db:
        db.execute(insert(RectificationStep), [{**common, **row}])


def test_photos_become_public_only_masked_and_by_the_street(order):
    acts.answer(order)
    photo = acts.view(order).photos[0]
    for who, refusal in ((acts.COMPANY, NotAllowed), (small.ZHANG, NotAllowed), (small.FUYONG, NotFound)):
        with pytest.raises(refusal), transaction() as db:
            photos.release_photo(db, who, photo.id, [])
    with transaction() as db:
        first = photos.release_photo(db, small.STREET, photo.id, [(0, 0, 5000, 5000)])
        assert photos.release_photo(db, small.STREET, photo.id, [(0, 0, 5000, 5000)]) == first
    assert acts.view(order).photos[0].public_sha256 == first
    with transaction() as db:
        assert photos.withdraw_photo(db, small.STREET, photo.id, "遮挡不全")
        assert not photos.withdraw_photo(db, small.STREET, photo.id, "遮挡不全")
    assert acts.view(order).photos[0].public_sha256 == ""


def test_every_step_has_its_line_in_the_audit_log(order):
    urgent = acts.orders()["XF01"]
    acts.protect(urgent)
    acts.ask(order)
    acts.extend(order)
    acts.answer(order)
    acts.refuse(order)
    acts.answer(order)
    acts.verify(order)
    own = [deed for deed in small.deeds() if deed.startswith("order")]
    assert own == [
        "orders.opened", "orders.opened", "order.protected", "order.extension_asked", "order.extended", "order.answered",
        "order.refused", "order.answered", "order.verified",
    ]  # fmt: skip
    assert set(MOVES) == {"opened", "protected", "extension_asked", "extended", "extension_refused", "answered", "verified",
                          "refused", "cancelled"}  # fmt: skip


def test_the_indicator_counts_what_is_done_and_what_is_overdue(order):
    from scoring.rectification.indicator import computed_indicators

    def now():
        with reading() as db:
            return computed_indicators(db, 2026)

    assert now() == {}  # nothing to judge yet
    with acts.at(DAY + timedelta(days=2)):  # the class C one has run out
        assert now() == {"E-1": 0}
        acts.answer(order)
        acts.verify(order)
        assert now() == {"E-1": 5000}
    assert USCC[1] == order.uscc
    assert date(2026, 10, 12) == order.opened_on
