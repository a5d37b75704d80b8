"""The course of a case from the application to its end, on both databases."""

from datetime import timedelta

import pytest

from mediation.cases import api as cases
from portal.deadlines import api as deadlines
from portal.kernel import audit, clock
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from scoring.checks.models import CheckStep, MonthlyCheck
from tests.mediation.centre import (
    COMPANY,
    FIRM,
    MEDIATORS,
    PLACES,
    REGISTRAR,
    RIVAL,
    TODAY,
    agreed,
    filed,
    found,
    hour,
    mediating,
    party_of,
    room,
    state,
    terms,
)

M1, M2, M3 = MEDIATORS


@pytest.mark.both_databases
def test_from_filing_to_promises_kept(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        case_id = mediating(db)
        assert state(db, case_id) == "mediating"
        agreed(db, case_id)
        assert state(db, case_id) == "judicial_window"
    with clock.on(TODAY + timedelta(days=9)), transaction() as db:
        cases.confirm(db, REGISTRAR, case_id, "宝安区人民法院", "（2026）粤0306民特1号")
        owner, (lift, fee) = party_of(db, case_id), cases.promises(db, FIRM, case_id)
        cases.prove(db, FIRM, lift.id, "电梯已经修好。")
        with pytest.raises(NotAllowed):
            cases.keep(db, FIRM, lift.id)
        cases.keep(db, owner, lift.id)
        assert state(db, case_id) == "performing"
        cases.keep(db, FIRM, fee.id)
        assert state(db, case_id) == "performed"
        cases.archive(db, REGISTRAR, case_id)
        with pytest.raises(DomainError):
            cases.delete(db, REGISTRAR, case_id)
        secret = cases.case_view(db, owner, case_id)
        assert (secret.claim, secret.parties[0].name) == ("请修好2栋的电梯。", "王小明")
    with clock.on(TODAY + timedelta(days=2000)), transaction() as db:
        assert cases.due_for_deletion(db, REGISTRAR) == [case_id]
        certificate = cases.delete(db, REGISTRAR, case_id)
        assert cases.paper(db, party_of(db, case_id), certificate).content["deleted_on"] == "2031-11-24"
        gone = cases.case_view(db, party_of(db, case_id), case_id)
        assert (gone.state, gone.claim, gone.parties[0].name) == ("deleted", "", "")
    with reading() as db:
        assert audit.verify(db)[1] is None


def test_clocks_name_the_office_and_run_by_the_rules(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        made = filed(db)
        name = f"mediation:{made.code}"

        def clocks() -> dict[str, str]:
            open_ones = [one for one in deadlines.of_subjects(db, [name])[name] if one.closed_at is None]
            assert all(one.holder.uscc is None and (one.holder.role or one.holder.login) for one in open_ones)
            return {one.rule: str(one.last_day) for one in open_ones}

        assert clocks() == {"mediation.transfer": "2026-06-08", "mediation.accept": "2026-06-10"}
        cases.flag(db, REGISTRAR, made.case_id, "complex", "multi_agency")
        assert clocks()["mediation.accept"] == "2026-06-17"
        cases.take_up(db, REGISTRAR, made.case_id)
        assert set(clocks()) == {"mediation.accept"}
        ask = cases.accept(db, REGISTRAR, made.case_id)
        assert clocks() == {"mediation.consent": "2026-06-10"}
        cases.answer(db, FIRM, ask, True)
        assert clocks() == {"mediation.mediate": "2026-07-03"}
        cases.appoint(db, REGISTRAR, made.case_id, "med1")
        (one,) = [one for one in deadlines.of_subjects(db, [name])[name] if one.closed_at is None]
        assert one.holder.login == "med1"


def test_time_is_extended_only_with_everybodys_fresh_yes(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        case_id = mediating(db)
        owner, name = party_of(db, case_id), cases.case_view(db, M1, case_id).code

        def last_day():
            return next(one.last_day for one in deadlines.of_subjects(db, [f"mediation:{name}"])[f"mediation:{name}"]
                        if one.rule == "mediation.mediate")  # fmt: skip

        first = cases.ask_extension(db, M1, case_id)
        cases.answer(db, owner, first, True)
        assert last_day() == TODAY + timedelta(days=30)
        with pytest.raises(Conflict):
            cases.answer(db, owner, first, True)
        cases.answer(db, FIRM, first, True)
        assert (last_day(), state(db, case_id)) == (TODAY + timedelta(days=45), "extended")
    with clock.on(TODAY + timedelta(days=40)), transaction() as db:
        again = cases.ask_extension(db, M1, case_id)
        cases.answer(db, owner, again, True)
        assert last_day() == TODAY + timedelta(days=45), "the yes of the first time does not count again"
        cases.answer(db, FIRM, again, False)
        assert last_day() == TODAY + timedelta(days=45)
        third = cases.ask_extension(db, M1, case_id)
        for actor in (FIRM, owner):
            cases.answer(db, actor, third, True)
        assert last_day() == TODAY + timedelta(days=60)


def test_declining_and_silence_end_a_case(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        one, two = filed(db), filed(db, kind="noise")
        asks = []
        for made in (one, two):
            cases.take_up(db, REGISTRAR, made.case_id)
            asks.append(cases.accept(db, REGISTRAR, made.case_id))
        with pytest.raises(NotFound):
            cases.answer(db, RIVAL, asks[0], True)
        with pytest.raises(NotAllowed):
            cases.answer(db, party_of(db, one.case_id), asks[0], True)
        cases.answer(db, FIRM, asks[0], False)
        assert state(db, one.case_id) == "declined"
        with pytest.raises(DomainError):
            cases.close_silent(db, REGISTRAR, two.case_id)
    with clock.on(TODAY + timedelta(days=8)), transaction() as db:
        cases.close_silent(db, REGISTRAR, two.case_id)
        assert state(db, two.case_id) == "declined"
        assert cases.response_rates(db, TODAY, TODAY) == {COMPANY: (2, 1)}


def test_refusal_and_transfer_are_in_writing(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        made, other = filed(db), filed(db)
        cases.take_up(db, REGISTRAR, made.case_id)
        with pytest.raises(DomainError):
            cases.refuse(db, REGISTRAR, made.case_id, "because", "不受理")
        cases.refuse(db, REGISTRAR, made.case_id, "court", "法院已经受理。")
        cases.transfer(db, REGISTRAR, other.case_id, "police", "属于治安案件。")
        (paper,) = cases.paper_list(db, party_of(db, made.case_id), made.case_id)
        assert (paper.number, paper.content["reason"]) == ("宝调拒〔2026〕1号", "法院已经受理。")
        assert cases.paper_list(db, FIRM, other.case_id)[0].number == "宝调移〔2026〕1号"
        public = cases.verify_paper(db, paper.verify_code)
        assert (public.number, public.sha256, public.signed_at) == (paper.number, paper.sha256, ())


def test_a_joint_case_needs_every_voice(instance):
    found()
    from tests.mediation.centre import owner as person

    with clock.on(TODAY), transaction() as db:
        case_id = mediating(db, applicants=[person("甲", "1"), person("乙", "2"), person("丙", "3")])
        first, second, third = (party_of(db, case_id, number=n) for n in range(3))
        ids = [one.login.removeprefix("party:") for one in (first, second, third)]
        cases.speak_for(db, second, ids[1], ids[0])
        paper = cases.draft(db, M1, case_id, terms(TODAY), partial=True)
        sha = cases.paper(db, M1, paper).sha256
        with pytest.raises(Conflict):
            cases.sign(db, first, paper, "0" * 64)
        for actor in (first, FIRM, M1):
            assert cases.sign(db, actor, paper, sha) is False
        with pytest.raises(DomainError):
            cases.sign(db, second, paper, sha)
        assert state(db, case_id) == "partial"
        assert cases.sign(db, third, paper, sha) is True
        assert state(db, case_id) == "judicial_window"
        assert len(cases.verify_paper(db, cases.paper(db, M1, paper).verify_code).signed_at) == 4


def test_many_applicants_make_a_case_major_and_a_panel_settles_it(instance):
    found()
    from tests.mediation.centre import owner as person

    with clock.on(TODAY), transaction() as db:
        case_id = mediating(db, applicants=[person(f"业主{n}", str(n)) for n in range(10)])
        assert "major" in cases.case_view(db, REGISTRAR, case_id).flags
        assert [one.id for one in cases.flagged(db, "major")] == [case_id]
        with pytest.raises(DomainError, match="三人"):
            cases.draft(db, M1, case_id, terms(TODAY))
        for login in ("med2", "med3"):
            cases.appoint(db, REGISTRAR, case_id, login)
        cases.draft(db, M1, case_id, terms(TODAY))


def test_mediators_are_proposed_chosen_and_barred(instance):
    found()
    from mediation.roster import api as roster

    with clock.on(TODAY), transaction() as db:
        roster.declare(db, M3, "med3", "owner", estate_code="E1")
        case_id = mediating(db, M1)
        assert [one.mediator.login for one in cases.candidates(db, FIRM, case_id)] == ["med2"]
        owner = party_of(db, case_id)
        cases.recuse(db, owner, case_id, "med1", "demand")
        with pytest.raises(DomainError, match="回避"):
            cases.appoint(db, REGISTRAR, case_id, "med1")
        with pytest.raises(DomainError, match="利害关系"):
            cases.nominate(db, owner, case_id, "med3")
        ask = cases.nominate(db, owner, case_id, "med2")
        assert cases.answer(db, FIRM, ask, True) is True
        (now,) = cases.case_view(db, owner, case_id).assigned
        assert (now.login, now.chosen_by) == ("med2", "parties")
        with pytest.raises(NotFound):
            cases.case_view(db, M1, case_id)


def test_who_inspected_the_estate_this_year_cannot_mediate(instance):
    found()
    from tests.ratings.district import add_check

    with clock.on(TODAY), transaction() as db:
        check = db.get(MonthlyCheck, add_check(db, "E1", "2026-05", {"XF01": "1"}))
        other = db.get(MonthlyCheck, add_check(db, "E1", "2025-05", {"XF01": "1"}))
        for row, login in ((check, "med2"), (other, "med3")):
            db.add(CheckStep(check_id=row.id, seq=2, step="confirmed", actor=login, on=TODAY, at=clock.now()))
        db.flush()
        case_id = mediating(db, M1)
        assert [one.mediator.login for one in cases.candidates(db, REGISTRAR, case_id)] == ["med3"]


def test_sessions_minutes_and_recording(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        case_id = mediating(db)
        owner, day = party_of(db, case_id), TODAY + timedelta(days=2)
        session = cases.book(db, M1, case_id, "joint", PLACES[0], hour(day, 9), hour(day, 11))
        (shown,) = cases.sessions(db, FIRM, case_id)
        assert (shown.sequence, shown.is_recorded) == (0, False)
        with pytest.raises(DomainError):
            cases.record_session(db, M1, session)
        asked = cases.ask_recording(db, M1, session)
        cases.answer(db, owner, asked, True)
        with pytest.raises(DomainError):
            cases.record_session(db, M1, session)
        cases.answer(db, FIRM, asked, True)
        cases.record_session(db, M1, session)
        assert cases.sessions(db, FIRM, case_id)[0].is_recorded
        cases.move(db, M1, session, PLACES[1], hour(day, 14), hour(day, 15))
        (shown,) = cases.sessions(db, owner, case_id)
        assert (shown.uid, shown.sequence, shown.is_recorded) == (f"{session}@mediation", 2, False)
        alone = cases.book(db, M1, case_id, "applicant", PLACES[0], hour(day, 16), hour(day, 17))
        assert alone not in [one.id for one in cases.sessions(db, FIRM, case_id)]
    with clock.at(hour(day, 15)), transaction() as db:
        paper = cases.hold_session(db, M1, session, "双方同意先看现场。")
        sha = cases.paper(db, FIRM, paper).sha256
        assert [cases.sign(db, one, paper, sha) for one in (FIRM, M1, owner)] == [False, False, True]
    with clock.at(hour(day, 18)), transaction() as db:
        secret = cases.hold_session(db, M1, alone, "申请人的底线。")
        with pytest.raises(NotFound):
            cases.paper(db, FIRM, secret)
        assert secret not in [one.id for one in cases.paper_list(db, REGISTRAR, case_id)]
        mine = cases.paper(db, owner, secret)
        assert mine.content["minutes"] == "申请人的底线。"
        assert [cases.sign(db, one, secret, mine.sha256) for one in (M1, owner)] == [False, True]


def test_no_agreement_is_in_force_without_a_mediator(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        case_id = mediating(db)
        paper = cases.draft(db, M1, case_id, terms(TODAY))
        sha = cases.paper(db, FIRM, paper).sha256
        cases.recuse(db, M1, case_id, "med1", "own")
        assert [cases.sign(db, one, paper, sha) for one in (party_of(db, case_id), FIRM)] == [False, False]
        cases.appoint(db, REGISTRAR, case_id, "med2")
        assert cases.sign(db, M2, paper, sha) is True
        assert state(db, case_id) == "judicial_window"


def test_offers_go_to_and_fro(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        case_id = mediating(db)
        owner, joint = party_of(db, case_id), room(db, FIRM, case_id, "joint")
        first = cases.offer(db, FIRM, joint, terms(TODAY))
        with pytest.raises(NotAllowed):
            cases.reply(db, FIRM, first, "accepted")
        counter = cases.offer(db, owner, joint, terms(TODAY)[:1], answers=first)
        cases.reply(db, owner, first, "rejected")
        cases.reply(db, FIRM, counter, "accepted")
        one, two = cases.offers(db, M1, joint)
        assert (list(one.verdicts.values()), two.answers, two.terms[0].act) == (["rejected"], first, "修好2栋的电梯。")
        with pytest.raises(Conflict):
            cases.reply(db, FIRM, counter, "rejected")


def test_a_broken_promise_becomes_a_lead_only_by_court_and_person(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        case_id = mediating(db)
        agreed(db, case_id)
    later = TODAY + timedelta(days=31)
    with clock.on(later), transaction() as db:
        assert cases.lapse(db, REGISTRAR) == 1
        lift, _fee = cases.promises(db, M1, case_id)
        cases.break_promise(db, party_of(db, case_id), lift.id, "电梯还是坏的。")
        assert state(db, case_id) == "breached"
        with pytest.raises(DomainError, match="法院"):
            cases.hand_lead(db, REGISTRAR, case_id)
        cases.note_breach(db, REGISTRAR, case_id, "宝安区人民法院", "（2026）粤0306执1号")
        cases.hand_lead(db, REGISTRAR, case_id)
        with pytest.raises(Conflict):
            cases.hand_lead(db, REGISTRAR, case_id)
        cases.keep(db, M1, lift.id)
        assert state(db, case_id) == "breached"


def test_a_petition_has_a_clock_of_its_own(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        made = filed(db, track="petition")
        owner = party_of(db, made.case_id)
        cases.take_up(db, REGISTRAR, made.case_id)
        with pytest.raises(DomainError):
            cases.accept(db, REGISTRAR, made.case_id)
        cases.handle(db, REGISTRAR, made.case_id)
        name = f"mediation:{made.code}"
        assert [str(one.last_day) for one in deadlines.of_subjects(db, [name])[name] if not one.closed_at] == [
            "2026-08-02"
        ]
        cases.answer_petition(db, REGISTRAR, made.case_id, "已经安排维修。")
        cases.ask_review(db, owner, made.case_id)
        cases.answer_review(db, REGISTRAR, made.case_id, "维持。")
        assert cases.case_view(db, owner, made.case_id).steps[-1].reason == "维持。"


def test_codes_open_progress_and_let_a_party_in_once(instance):
    found()
    with clock.on(TODAY), transaction() as db:
        made = filed(db)
        told = cases.progress(db, made.progress_code.lower())
        assert (told.state, str(told.next_on)) == ("submitted", "2026-06-08")
        (code,) = made.entry_codes.values()
        with pytest.raises(NotFound):
            cases.progress(db, code)
        case_id, actor = cases.enter(db, code)
        assert (case_id, cases.case_view(db, actor, case_id).who.side) == (made.case_id, "applicant")
        with pytest.raises(NotFound):
            cases.enter(db, code)
        fresh = cases.new_entry_code(db, REGISTRAR, actor.login.removeprefix("party:"))
    with clock.on(TODAY + timedelta(days=8)), transaction() as db, pytest.raises(NotFound):
        cases.enter(db, fresh)
