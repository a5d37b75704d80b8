"""Random histories of cases: whatever people try, no step is out of order, no clock without a holder, nothing crosses a
wall, nobody is booked twice, and the audit log verifies."""

import contextlib
from datetime import timedelta
from itertools import combinations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from mediation.cases import api as cases
from mediation.cases.models.papers import MediationPromise
from mediation.cases.models.record import MediationAsk, MediationAssignment, MediationStep
from mediation.cases.models.talks import MediationMessage, MediationSession
from portal.kernel import audit, clock
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError, NotFound
from tests.mediation.centre import (
    COMPETITOR,
    FIRM,
    LAWYER,
    MEDIATORS,
    PLACES,
    REGISTRAR,
    RIVAL,
    TODAY,
    filed,
    found,
    hour,
    owner,
    party_of,
    terms,
)

CLOCKS = {
    "submitted": {"mediation.transfer", "mediation.accept"},
    "acceptance_check": {"mediation.accept"},
    "consent_pending": {"mediation.consent"},
    **dict.fromkeys(("mediating", "extended", "agreed", "partial"), {"mediation.mediate"}),
    "judicial_window": {"mediation.confirm"},
    "archived": {"mediation.retention"},
}
GOOD = ("take_up", "accept", "yes", "appoint", "say", "book", "draft", "sign", "keep", "confirm")
BAD = ("refuse", "transfer", "withdraw", "no", "terminate", "recuse", "extend", "break", "lapse", "archive", "delete",
       "silent", "join", "cancel", "offer", "flag")  # fmt: skip


class Histories(RuleBasedStateMachine):
    """Two cases of two companies, and everybody of the district, who tries things."""

    @initialize()
    def begin(self):
        self.day, self.sent = TODAY, {}
        with clock.on(self.day), transaction() as db:
            self.own = filed(db, [owner("甲", "1381")]).case_id
            self.other = filed(db, [owner("乙", "1382")], uscc=COMPETITOR, kind="noise").case_id
            self.people = {"甲": party_of(db, self.own), "乙": party_of(db, self.other), "firm": FIRM, "rival": RIVAL,
                           "registrar": REGISTRAR, "lawyer": LAWYER, **{one.login: one for one in MEDIATORS}}  # fmt: skip
        self.touched = self.own
        self.right = {self.own: ("甲", "firm"), self.other: ("乙", "rival")}

    @rule(days=st.integers(1, 20))
    def time_passes(self, days):
        self.day += timedelta(days=days)

    @rule(first=st.booleans(), pick=st.integers(0, 5))
    def it_goes_on(self, first, pick):
        """The next thing that whoever is right would do."""
        case_id = self.touched = self.own if first else self.other
        applicant, respondent = (self.people[name] for name in self.right[case_id])
        with clock.on(self.day), transaction() as db:
            view = cases.case_view(db, REGISTRAR, case_id)
            mediators = [self.people[one.login] for one in view.assigned]
            mediator = mediators[0] if mediators else None
            deeds = {
                "submitted": [("take_up", REGISTRAR)],
                "acceptance_check": [("accept", REGISTRAR)],
                "consent_pending": [("yes", respondent)],
                **dict.fromkeys(
                    ("mediating", "extended"),
                    [("say", mediator), ("draft", mediator)] if mediator else [("appoint", REGISTRAR)],
                ),
                **dict.fromkeys(("agreed", "partial"), [("sign", one) for one in (applicant, respondent, mediator)]),
                "judicial_window": [("confirm", REGISTRAR)],
                "performing": [("keep", mediator or applicant)],
                "breached": [("keep", mediator or respondent)],
            }
            for name, actor in deeds.get(view.state, [("archive", REGISTRAR)]):
                if actor is not None:
                    with contextlib.suppress(DomainError):
                        getattr(self, f"_{name}")(db, actor, case_id, pick)

    @rule(name=st.sampled_from(GOOD * 3 + BAD), first=st.booleans(), who=st.integers(0, 11), pick=st.integers(0, 5))
    def somebody_tries(self, name, first, who, pick):
        case_id = self.touched = self.own if first else self.other
        names = [
            *self.right[case_id],
            "registrar",
            "med1",
            "med2",
            *self.right[case_id],
            "registrar",
            "med1",
            *self.people,
        ]
        actor = self.people[names[who % len(names)]]
        with clock.on(self.day):
            before = self._rows()
            try:
                with transaction() as db:
                    getattr(self, f"_{name}")(db, actor, case_id, pick)
            except DomainError:
                assert self._rows() == before, "a refusal leaves nothing behind"

    @staticmethod
    def _rows():
        with reading() as db:
            tables = (MediationStep.at, MediationMessage.id, MediationSession.id, AuditEntry.seq)
            return [len(db.scalars(select(column)).all()) for column in tables]

    def _take_up(self, db, actor, case_id, _pick):
        cases.take_up(db, actor, case_id)

    def _accept(self, db, actor, case_id, _pick):
        cases.accept(db, actor, case_id)

    def _refuse(self, db, actor, case_id, _pick):
        cases.refuse(db, actor, case_id, "court", "已有裁判。")

    def _transfer(self, db, actor, case_id, _pick):
        cases.transfer(db, actor, case_id, "street", "属于街道。")

    def _withdraw(self, db, actor, case_id, _pick):
        cases.withdraw(db, actor, case_id)

    def _flag(self, db, actor, case_id, _pick):
        cases.flag(db, actor, case_id, "complex", "technical")

    def _join(self, db, actor, case_id, _pick):
        cases.join(db, actor, case_id, owner("丙", "1383"))

    def _silent(self, db, actor, case_id, _pick):
        cases.close_silent(db, actor, case_id)

    def _answer(self, db, actor, case_id, yes):
        asked = db.scalars(select(MediationAsk.id).where(MediationAsk.case_id == case_id)).all()
        if asked:
            for one in (actor, *(self.people[name] for name in self.right[case_id])) if yes else (actor,):
                try:
                    cases.answer(db, one, asked[-1], yes)
                except DomainError:
                    if one is actor:
                        raise

    def _yes(self, db, actor, case_id, _pick):
        self._answer(db, actor, case_id, True)

    def _no(self, db, actor, case_id, _pick):
        self._answer(db, actor, case_id, False)

    def _extend(self, db, actor, case_id, _pick):
        cases.ask_extension(db, actor, case_id)

    def _appoint(self, db, actor, case_id, pick):
        cases.appoint(db, actor, case_id, MEDIATORS[pick % 2].login)

    def _recuse(self, db, actor, case_id, pick):
        cases.recuse(db, actor, case_id, MEDIATORS[pick % 2].login, ("own", "demand", "conflict")[pick % 3])

    def _say(self, db, actor, case_id, pick):
        open_ones = cases.rooms(db, actor, case_id)
        if open_ones:
            room = open_ones[pick % len(open_ones)]
            text = f"{actor.login} {case_id} {room.wall} {len(self.sent)}"
            cases.say(db, actor, room.id, text)
            self.sent[text] = (case_id, room.wall)

    def _offer(self, db, actor, case_id, pick):
        open_ones = cases.rooms(db, actor, case_id)
        if open_ones:
            cases.offer(db, actor, open_ones[pick % len(open_ones)].id, terms(self.day))

    def _book(self, db, actor, case_id, pick):
        day, start = self.day + timedelta(days=1), 9 + pick % 3
        wall = cases.WALLS[pick % 3]
        cases.book(db, actor, case_id, wall, PLACES[pick % 2], hour(day, start), hour(day, start + 2))

    def _cancel(self, db, actor, case_id, _pick):
        for one in cases.sessions(db, actor, case_id):
            cases.cancel_session(db, actor, one.id)

    def _draft(self, db, actor, case_id, pick):
        cases.draft(db, actor, case_id, terms(self.day), partial=pick % 2 == 1)

    def _sign(self, db, actor, case_id, _pick):
        papers = [one for one in cases.paper_list(db, actor, case_id) if one.kind == "agreement"]
        if papers:
            cases.sign(db, actor, papers[-1].id, papers[-1].sha256)

    def _terminate(self, db, actor, case_id, pick):
        cases.terminate(db, actor, case_id, ("withdrawal", "expired", "idle")[pick % 3], "没有进展。")

    def _promise(self, db, case_id, pick):
        found_ones = db.scalars(select(MediationPromise.id).where(MediationPromise.case_id == case_id)).all()
        return found_ones[pick % len(found_ones)] if found_ones else "none"

    def _keep(self, db, actor, case_id, pick):
        cases.keep(db, actor, self._promise(db, case_id, pick))

    def _break(self, db, actor, case_id, pick):
        cases.break_promise(db, actor, self._promise(db, case_id, pick), "没有办理。")

    def _confirm(self, db, actor, case_id, _pick):
        cases.confirm(db, actor, case_id, "宝安区人民法院", "（2026）粤0306民特1号")

    def _lapse(self, db, _actor, _case_id, _pick):
        cases.lapse(db, REGISTRAR)

    def _archive(self, db, actor, case_id, _pick):
        cases.archive(db, actor, case_id)

    def _delete(self, db, actor, case_id, _pick):
        cases.delete(db, actor, case_id)

    @invariant()
    def steps_follow_one_another(self):
        with reading() as db:
            for case_id in (self.touched,):
                rows = db.scalars(
                    select(MediationStep).where(MediationStep.case_id == case_id).order_by(MediationStep.seq)
                ).all()
                walk = ["", *[row.step for row in rows]]
                assert all(after in cases.NEXT_STEPS[before] for before, after in zip(walk, walk[1:], strict=False)), (
                    walk
                )
                assert [row.seq for row in rows if row.superseded_at is None] == [len(rows)]

    @invariant()
    def every_clock_has_a_holder_of_the_office(self):
        with clock.on(self.day), reading() as db:
            for case_id in (self.touched,):
                view = cases.case_view(db, REGISTRAR, case_id)
                assert {one.rule for one in view.deadlines} == CLOCKS.get(view.state, set()), view.state
                for one in view.deadlines:
                    assert one.holder.uscc is None
                    assert one.holder.role or one.holder.login
                    assert one.endpoint == "mediation_cases.case"

    @invariant()
    def nothing_crosses_a_wall(self):
        with clock.on(self.day), reading() as db:
            for case_id in (self.touched,):
                for name, actor in self.people.items():
                    heard = self._heard(db, actor, case_id)
                    allowed = self._allowed(db, name, case_id)
                    assert heard == {
                        text for text, (where, wall) in self.sent.items() if where == case_id and wall in allowed
                    }

    @staticmethod
    def _heard(db, actor, case_id):
        try:
            open_ones = cases.rooms(db, actor, case_id)
        except NotFound:
            return set()
        return {message.text for room in open_ones for message in cases.messages(db, actor, room.id)}

    def _allowed(self, db, name, case_id):
        """Worked out anew from the rows, without the policy."""
        applicant, respondent = self.right[case_id]
        if name in (applicant, respondent):
            return {"joint", "applicant" if name == applicant else "respondent"}
        live = select(MediationAssignment.login).where(
            MediationAssignment.case_id == case_id, MediationAssignment.superseded_at.is_(None)
        )
        steps = db.scalars(select(MediationStep.step).where(MediationStep.case_id == case_id)).all()
        return set(cases.WALLS) if name in db.scalars(live).all() and "archived" not in steps else set()

    @invariant()
    def nobody_is_booked_twice(self):
        with reading() as db:
            open_ones = db.scalars(
                select(MediationSession).where(
                    MediationSession.superseded_at.is_(None), MediationSession.step.in_(("booked", "moved"))
                )
            ).all()
            for one, two in combinations(open_ones, 2):
                overlap = one.starts_at < two.ends_at and two.starts_at < one.ends_at
                assert not overlap or (one.place_code != two.place_code and one.case_id != two.case_id)

    def teardown(self):
        with clock.on(self.day), transaction() as db:
            for case_id in (self.own, self.other):  # what is booked must not stand in the way of the next history
                for row in db.scalars(select(MediationSession).where(MediationSession.case_id == case_id)).all():
                    if row.superseded_at is None and row.step in ("booked", "moved"):
                        from mediation.cases.service import record, sessions

                        sessions._cancel(db, REGISTRAR, record.hold(db, REGISTRAR, case_id), row)
        with reading() as db:
            assert audit.verify(db)[1] is None


def test_random_histories(instance):
    found()
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
    with reading() as db:
        reached = set(db.scalars(select(MediationStep.step)))
    assert {"mediating", "judicial_window", "archived"} <= reached, "histories come that far"
