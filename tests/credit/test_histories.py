"""Random histories of a company and its manager: events, objections, corrections, withdrawals, repairs, ratings published
and corrected. The score as of any day equals a plain recomputation; what was known at an instant never changes in retrospect;
the audit chain verifies. The recomputation shares no code with the portal.
"""

from calendar import monthrange
from collections import Counter
from datetime import date, timedelta
from itertools import count

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from portal.kernel import audit, clock
from portal.kernel.access import Role, person_actor
from portal.kernel.db import reading, transaction
from portal.registry.models import Enterprise, Manager
from scoring.credit import api, queries
from scoring.objections import api as objections
from scoring.ratings.shapes import RatingChange
from tests.lists.year import LEAD, LEAD_2, record_event
from tests.ratings.district import DISTRICT, START

# code, level: points, months it counts, months after which it can be repaired (0: never); written from the catalogue
ENTRIES = {("B01", ""): (-1800, 36, 12), ("B07", ""): (-1800, 36, 0), ("B11", ""): (-600, 12, 3), ("B34", ""): (-300, 3, 0),
           ("B15", ""): (-600, 12, 3), ("G03", ""): (300, 12, 0), ("G06", ""): (100, 12, 0),
           ("G01", "district"): (300, 12, 0)}  # fmt: skip
STARS = {5: ("G02", 300), 4: ("G02", 100), 0: ("B41", -300)}
NUMBERS = count(100)
REVIEWER = person_actor("reviewer", Role.OFFICER, DISTRICT)  # had no hand in any event


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _until(day: date, months: int) -> date:
    return _months_later(day, months) - timedelta(days=1)


def _plain(events: list[dict], kind: str) -> tuple[int, str]:
    """Score and grade from the events in force, by hand."""
    own = [e for e in events if e["kind"] == kind]
    good = bad = rescues = 0
    for act in {e["act"] for e in own}:
        mine = [e for e in own if e["act"] == act]
        best = max((e for e in mine if e["points"] > 0), key=lambda e: e["points"], default=None)
        if best and best["code"] == "G06":
            rescues += best["points"]
        elif best:
            good += best["points"]
        bad += max([-e["points"] for e in mine if e["points"] < 0], default=0)
    good += min(rescues, 200)
    if kind == "enterprise":
        theirs = [e for e in events if e["kind"] == "manager" and e["points"] < 0]
        for act in {e["act"] for e in theirs} - {e["act"] for e in own}:
            bad += (max(-e["points"] for e in theirs if e["act"] == act) + 1) // 2
    score = max(0, 8000 + min(good, 2000) - bad)
    return score, "D" if any(e["code"] == "B07" for e in own) else _grade(score)


def _grade(score: int) -> str:
    bounds = (("AAA", 9000), ("AA", 8500), ("A", 7500), ("B", 6000), ("C", 4000), ("D", 0))
    return next(grade for grade, bound in bounds if score >= bound)


class Histories(RuleBasedStateMachine):
    """``told``: case to its versions, (recorded at, what it says or None); the last one recorded by an instant holds."""

    def __init__(self):
        super().__init__()
        number = next(NUMBERS)
        self.company, self.manager, self.estate = f"914403{number:011d}A", f"PM-{number + 100}", f"X{number}"
        self.now = clock.day_start(date(2026, 1, 5), 9)
        self.told, self.ratings, self.answers, self.objected = {}, {}, [], Counter()
        self.window, self.revision = None, 0
        with transaction() as db:
            db.add(Enterprise(uscc=self.company, name="某物业", search_key="", recorded_at=START))
            db.add(Manager(code=self.manager, name_sealed="", id_hash=self.manager, id_hash_key="k", id_last4="0000",
                           search_key="", recorded_at=START))  # fmt: skip

    @property
    def today(self) -> date:
        return clock.district_date(self.now)

    def _subject(self, kind: str) -> str:
        return self.company if kind == "enterprise" else self.manager

    def _tell(self, case: str, says: dict | None) -> None:
        self.told.setdefault(case, []).append((self.now, says))

    def _says(self, case: str) -> dict | None:
        return self.told[case][-1][1]

    def _open(self, test=lambda says: True) -> list[str]:
        return sorted(c for c in self.told if self._says(c) and not c.startswith("rating") and test(self._says(c)))

    @rule(days=st.integers(1, 120))
    def time_goes_on(self, days):
        self.now += timedelta(days=days)

    @rule(
        kind=st.sampled_from(("enterprise", "manager")),
        entry=st.sampled_from(sorted(ENTRIES)),
        act=st.sampled_from(("", "", "a", "b")),
    )
    def record(self, kind, entry, act):
        code, level = entry
        points, months, _repair = ENTRIES[entry]
        self.now += timedelta(minutes=1)
        with clock.at(self.now):
            name = f"{self.company}:{act}" if act else ""
            case = record_event(
                code, self._subject(kind), kind=kind, on=self.today, variant=level, uscc=self.company, act_id=name
            )
        says = {"kind": kind, "act": name or case, "code": code, "points": points, "from": self.today,
                "to": _until(self.today, months), "entry": entry, "repaired": False}  # fmt: skip
        self._tell(case, says)

    @precondition(lambda self: self._open())
    @rule(data=st.data())
    def withdraw(self, data):
        case = data.draw(st.sampled_from(self._open()))
        self.now += timedelta(minutes=1)
        with clock.at(self.now), transaction() as db:
            api.withdraw(db, LEAD_2, case, reason="异议成立", on=self.today)
        self._tell(case, None)

    @precondition(lambda self: self._open())
    @rule(data=st.data(), upheld=st.booleans())
    def object(self, data, upheld):
        """The company contests an event: one that is upheld takes it back, one that is dismissed leaves it as it is."""
        case = data.draw(st.sampled_from(self._open()))
        self.now += timedelta(minutes=1)
        company, reviewer = person_actor("company", Role.ENTERPRISE, DISTRICT, self.company), REVIEWER
        fixes = [objections.Correction(f"credit:{case}", "withdrawn")] if upheld else []
        said = [objections.Answer(1, "allowed" if upheld else "dismissed", "已核对文书。")]
        with clock.at(self.now), transaction() as db:
            if objections.contested(db, f"credit:{case}").closed:
                return
            one = objections.file(db, company, f"credit:{case}", points=["与事实不符。"], on=self.today).id
            objections.accept(db, reviewer, one, on=self.today)
            objections.decide(db, reviewer, one, answers=said, fixes=fixes, reason="经核对原文书。", on=self.today)
        self.objected[upheld] += 1
        if upheld:
            self._tell(case, None)

    @precondition(lambda self: self._open(lambda says: not says["repaired"]))
    @rule(data=st.data(), entry=st.sampled_from(sorted(ENTRIES)))
    def correct(self, data, entry):
        case = data.draw(st.sampled_from(self._open(lambda says: not says["repaired"])))
        old, (points, months, _repair) = self._says(case), ENTRIES[entry]
        if entry == old["entry"] or (points > 0) != (old["points"] > 0):
            return
        self.now += timedelta(minutes=1)
        with clock.at(self.now), transaction() as db:
            api.correct(db, LEAD_2, case, code=entry[0], variant=entry[1], reason="更正", on=self.today)
        new = {"code": entry[0], "points": points, "to": _until(old["from"], months), "entry": entry}
        self._tell(case, {**old, **new})

    def _repairable(self, says: dict) -> bool:
        after = ENTRIES[says["entry"]][2]
        begun = after and _months_later(says["from"], after) <= self.today
        return bool(begun and self.today <= says["to"] and not says["repaired"])

    @rule(data=st.data(), early=st.booleans())
    def repair(self, data, early):
        """On the first day on which it can be granted, or a day before."""
        cases = self._open(lambda says: ENTRIES[says["entry"]][2])
        if not cases:
            self.record("enterprise", ("B11", ""), "")
            cases = self._open()[-1:]
        case = data.draw(st.sampled_from(cases))
        says = self._says(case)
        first = clock.day_start(_months_later(says["from"], ENTRIES[says["entry"]][2]) - timedelta(days=early), 9)
        self.now = max(self.now, first) + timedelta(minutes=1)
        may = self._repairable(says)
        with clock.at(self.now), transaction() as db:
            assert api.may_be_repaired(db, case, self.today) == may
            if may:
                api.end_event(db, LEAD, case, reason="repaired", why="已改正", on=self.today)
        if may:
            self._tell(case, {**says, "to": self.today - timedelta(days=1), "repaired": True})

    @rule(stars=st.sampled_from((5, 4, 3, 0, None)))
    def publish(self, stars):
        """The rating, for the first time or corrected: the manager's adverse event waits for a person."""
        self.now += timedelta(minutes=1)
        self.revision += 1
        status = "rated" if stars is not None else "pending"
        change = RatingChange(
            2025, self.estate, self.revision, stars, status, self.company, self.manager, None, self.today
        )
        with clock.at(self.now), transaction() as db:
            api.record_ratings(db, actor=LEAD, on=self.today, changes=[change])
        given = STARS.get(stars)
        if given and self.window is None:
            self.window = self.today
        for kind in ("enterprise", "manager"):
            case, held = f"rating {kind}", self.ratings.get(kind)
            if given == (held and held[0]):
                continue  # nothing new: it counts as it did, or waits as it did
            waits = bool(given) and kind == "manager" and given[1] < 0
            self.ratings[kind] = (given, waits) if given else None
            self._tell(case, None if waits or not given else self._rated(kind, given))

    def _rated(self, kind: str, given: tuple[str, int]) -> dict:
        return {"kind": kind, "act": f"rating {self.estate}", "code": given[0], "points": given[1], "from": self.window,
                "to": _until(self.window, 12)}  # fmt: skip

    @precondition(lambda self: (self.ratings.get("manager") or (None, False))[1])
    @rule()
    def confirm_the_managers_rating(self):
        self.now += timedelta(minutes=1)
        with clock.at(self.now), transaction() as db:
            waiting = queries.waiting(db)
            case = waiting[waiting["subject"] == self.manager].iloc[0].case_id
            api.confirm(db, LEAD, case, on=self.today)
        given, _waits = self.ratings["manager"]
        self.ratings["manager"] = (given, False)
        self._tell("rating manager", self._rated("manager", given))

    # --- what must hold -----------------------------------------------------------------------------------------------

    def _recomputed(self, kind: str, as_of: date, known_at) -> tuple[int, str]:
        in_force = []
        for versions in self.told.values():
            known = [says for at, says in versions if at <= known_at]
            if known and known[-1] and known[-1]["from"] <= as_of <= known[-1]["to"]:
                in_force.append(known[-1])
        return _plain(in_force, kind)

    @invariant()
    def scores_are_those_of_a_plain_recomputation(self):
        days = (self.today, self.today + timedelta(days=(len(self.answers) * 37) % 300 - 100))
        with reading() as db:
            for kind in ("enterprise", "manager"):
                for day in days:
                    found = api.score(db, kind, self._subject(kind), day)
                    assert (found.score_cp, found.grade) == self._recomputed(kind, day, self.now)
                self.answers.append(
                    (kind, days[0], self.now, (api.score(db, kind, self._subject(kind), days[0], self.now)).score_cp)
                )
            for kind, day, instant, answer in self.answers[-6::5] + self.answers[:1]:
                again = api.score(db, kind, self._subject(kind), day, instant)
                assert again.score_cp == answer, "an answer given for an instant never changes"
                assert (again.score_cp, again.grade) == self._recomputed(kind, day, instant)

    def teardown(self):
        with reading() as db:
            assert audit.verify(db)[1] is None


def test_random_histories(district):
    chosen = settings(
        max_examples=5, stateful_step_count=10, deadline=None, phases=(Phase.generate,),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )  # fmt: skip
    run_state_machine_as_test(Histories, settings=chosen)
