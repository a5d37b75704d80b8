"""Whatever is imported, withdrawn, classified, split, merged, corrected and taken back, in any order: totals are those of
a plain sum over what was done."""

from collections import Counter
from datetime import date

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pytest import fixture  # noqa: PT013
from sqlalchemy import text

from disclosure.funds import api as funds
from disclosure.ledger import api
from disclosure.ledger.service import classifying, rules
from disclosure.ledger.service.classifying import Choice
from disclosure.ledger.service.posting import Piece
from portal.kernel.db import engine, reading, transaction
from portal.kernel.periods import Month, Quarter
from tests.disclosure.banks import Ledger, as_camt, as_csv, yuan
from tests.disclosure.ledgers import CLI, COMPANY, FIRST, LAST, ON, account, found

INCOME, COSTS = ("parking", "venue", "interest"), ("cost_lift", "cost_tax", "repair_job")
WORDS = {"电梯广告费": "advertising", "电梯维保费": "cost_lift", "往来": None}
SPANS = ((1, 31), (1, 16), (10, 31))  # whole months, and halves that overlap
FEN = st.integers(2, 90_000)


class Books(RuleBasedStateMachine):
    """One account, three months of bookings, and what they were said to be for, beside a plain model of both."""

    @initialize(amounts=st.lists(FEN, min_size=9, max_size=9))
    def open(self, amounts):
        self.code, self.number = account()
        words = list(WORDS)
        self.bookings = {
            f"R{n}": (date(2025, 1 + n // 3, (3, 12, 25)[n % 3]), -fen if n % 3 == 1 else fen, words[n % 3])
            for n, fen in enumerate(amounts)
        }
        self.delivered: set[tuple[int, tuple[int, int]]] = set()
        self.posted: dict[str, list[tuple[int, str]]] = {}
        self.touched: set[str] = set()
        self.person: set[str] = set()
        self.last: tuple[str, dict[str, tuple[list[tuple[int, str]], bool]]] | None = None

    # --- the model ---

    def counted(self) -> dict[str, tuple[date, int, str]]:
        return {
            ref: one
            for ref, one in self.bookings.items()
            if any(one[0].month == month and a <= one[0].day <= b for month, (a, b) in self.delivered)
        }

    def expected(self) -> dict[tuple[str | None, str], tuple[int, int]]:
        sums: Counter[tuple[str | None, str, bool]] = Counter()
        for ref, (day, fen, _words) in self.counted().items():
            for amount, category in self.posted.get(ref) or [(fen, None)]:
                sums[category, f"2025-{day.month:02d}", fen > 0] += abs(amount)
        places = {key[:2] for key in sums}
        return {place: (sums[*place, True], sums[*place, False]) for place in places}

    def lines(self) -> dict[str, funds.FundLine]:
        with reading() as db:
            return {line.reference: line for line in funds.lines(db, [self.code], FIRST, LAST)}

    def do(self, kind, refs, said, person=True):
        """Note a deed: what stood before it, for undo, and what stands now."""
        self.last = kind, {ref: (self.posted.get(ref, []), ref in self.person) for ref in refs}
        for ref in refs:
            self.posted[ref], _ = said[ref], self.touched.add(ref)
            (self.person.add if person else self.person.discard)(ref)

    def pick(self, data, wanted):
        lines = self.lines()
        refs = sorted(ref for ref in lines if wanted(ref))
        return (lines, data.draw(st.sampled_from(refs))) if refs else (lines, None)

    # --- deeds ---

    @rule(month=st.integers(1, 3), span=st.sampled_from(SPANS), write=st.sampled_from([as_csv, as_camt]))
    def deliver(self, month, span, write):
        first, last = date(2025, month, span[0]), date(2025, month, 28 if month == 2 and span[1] == 31 else span[1])
        before = sum(fen for day, fen, _words in self.bookings.values() if day < first)
        own = [(day, fen, words, ref) for ref, (day, fen, words) in self.bookings.items() if first <= day <= last]
        data = write(Ledger(10_000_000 + before, first, last, own, self.number))
        name = "f.csv" if write is as_csv else "f.xml"
        funds.import_file(CLI, self.code, data, name, on=ON)
        self.delivered.add((month, span))

    @precondition(lambda self: self.delivered)
    @rule(data=st.data())
    def withdraw(self, data):
        with transaction() as db:
            listed = funds.statements(db, self.code)
            one = data.draw(st.sampled_from(sorted(listed, key=lambda s: (s.from_on, s.to_on, s.format))))
            funds.withdraw(db, CLI, one.id, reason="银行更正。", on=ON)
            left = {(s.from_on, s.to_on) for s in funds.statements(db, self.code)}
        if (one.from_on, one.to_on) not in left:
            span = next(
                s
                for s in SPANS
                if s[0] == one.from_on.day and (s[1] == one.to_on.day or s[1] > 28 < 31 and one.to_on.day >= 28)
            )
            self.delivered.discard((one.from_on.month, span))

    @rule()
    def apply_rules(self):
        with transaction() as db:
            done = rules.apply(db, COMPANY, self.code, on=ON)
        known = {
            ref: [(fen, WORDS[words])]
            for ref, (_day, fen, words) in self.counted().items()
            if WORDS[words] and ref not in self.touched and (fen > 0) == (WORDS[words] in ("advertising",))
        }
        assert done == len(known)
        if known:
            self.do("rules", list(known), known, person=False)

    @rule(data=st.data())
    def classify(self, data):
        lines, ref = self.pick(data, lambda ref: ref not in self.person)
        if ref is not None and len(self.posted.get(ref, [])) < 2:
            line = lines[ref]
            category = data.draw(st.sampled_from(INCOME if line.amount_fen > 0 else COSTS))
            with transaction() as db:
                classifying.classify(db, COMPANY, self.code, {(line.year, line.id): Choice(category)}, on=ON)
            self.do("classify", [ref], {ref: [(line.amount_fen, category)]})

    @rule(data=st.data(), share=st.integers(1, 99))
    def split(self, data, share):
        lines, ref = self.pick(data, lambda ref: True)
        if ref is None:
            return
        line = lines[ref]
        first = line.amount_fen * share // 100 or (1 if line.amount_fen > 0 else -1)
        parts = [(first, "parking"), (line.amount_fen - first, "telecom")]
        if parts[1][0] == 0:
            return
        with transaction() as db:
            pieces = [Piece(fen, category) for fen, category in parts]
            classifying.split(db, COMPANY, (line.year, line.id), pieces, on=ON, reason="分摊。")
        self.do("split", [ref], {ref: parts})

    @rule(data=st.data())
    def correct(self, data):
        lines, ref = self.pick(data, lambda ref: self.posted.get(ref))
        if ref is not None:
            line = lines[ref]
            with transaction() as db:
                pieces = [Piece(line.amount_fen, "compensation")]
                if classifying.correct(db, COMPANY, (line.year, line.id), pieces, reason="归类有误。", on=ON):
                    self.do("correct", [ref], {ref: [(line.amount_fen, "compensation")]})

    @rule()
    def merge(self):
        lines = {r: one for r, one in self.lines().items() if one.amount_fen > 0 and r not in self.person}
        if len(lines) >= 2:
            choices = {(one.year, one.id): Choice("facility") for one in lines.values()}
            with transaction() as db:
                classifying.merge(db, COMPANY, self.code, choices, on=ON)
            self.do("merge", list(lines), {ref: [(one.amount_fen, "facility")] for ref, one in lines.items()})

    @precondition(lambda self: self.last is not None)
    @rule()
    def undo(self):
        _kind, before = self.last
        if not set(before) <= set(self.lines()):
            return  # a line of it does not count now
        with transaction() as db:
            ref = next(iter(before))
            line = self.lines()[ref]
            act = classifying.queries.history(db, (line.year, line.id))[0][0]
            assert classifying.undo(db, COMPANY, act.id, on=ON) == len(before)
        for ref, (parts, was_person) in before.items():
            self.posted[ref] = parts
            (self.person.add if was_person else self.person.discard)(ref)
        self.last = None

    @rule(data=st.data(), month=st.integers(1, 3), write=st.sampled_from([as_csv, as_camt]))
    def deliver_one_fen_wrong(self, data, month, write):
        """A bank's file with one fen changed in one amount: kept, flagged at its place, red, until it is withdrawn."""
        first, last = date(2025, month, 1), date(2025, month, (31, 28, 31)[month - 1])
        before = sum(fen for day, fen, _words in self.bookings.values() if day < first)
        own = [(day, fen, words, ref) for ref, (day, fen, words) in self.bookings.items() if day.month == month]
        at = data.draw(st.integers(0, len(own) - 1))
        right = write(Ledger(10_000_000 + before, first, last, own, self.number)).decode("utf-8-sig")
        parts = right.split("\r\n" if write is as_csv else "<Ntry>")
        place = at + 4 if write is as_csv else at + 1
        amount = abs(own[at][1])
        parts[place] = parts[place].replace(yuan(amount), yuan(amount + 1), 1)
        wrong = ("\r\n" if write is as_csv else "<Ntry>").join(parts).encode()
        name = "f.csv" if write is as_csv else "f.xml"
        taken = funds.import_file(CLI, self.code, wrong, name, on=ON)
        named = f"A{at + 5}" if write is as_csv else f"Ntry[{len(own)}]"  # camt.053 has no balance at each entry
        assert any(one.place.endswith(named) and abs(one.difference_fen) == 1 for one in taken.flaws), taken.flaws
        with transaction() as db:
            (made,) = api.proofs(db, self.code, [Month(2025, month)])
            assert not made.holds
            assert made.difference_fen
            (one,) = [s for s in funds.statements(db, self.code) if s.flaws != "[]"]
            funds.withdraw(db, CLI, one.id, reason="银行更正。", on=ON)

    @rule(data=st.data(), by=st.sampled_from([1, -1]))
    def change_one_fen(self, data, by):
        """One fen changed behind the portal's back: the proof that the pages show is red and names the place; then undone."""
        lines = self.lines()
        if not lines:
            return
        line = lines[data.draw(st.sampled_from(sorted(lines)))]
        if abs(line.amount_fen + by) < 2:
            return
        with reading() as db:
            posted = db.execute(
                text("SELECT id FROM ledger_posting WHERE line_id = :id ORDER BY seq, piece"), {"id": line.id}
            )
            where = [("bank_line", line.id), *(("ledger_posting", one) for one in posted.scalars())]
            table, row = data.draw(st.sampled_from(where))
            period = Quarter(2025, 1)
            before = api.proofs(db, self.code, [period], deep=True)[0].flaws
            db.execute(text(f"UPDATE {table} SET amount_fen = amount_fen + :by WHERE id = :id"), {"by": by, "id": row})
            (made,) = api.proofs(db, self.code, [period])
            assert not made.holds
            new = [flaw for flaw in made.flaws if flaw not in before]
            assert line.ref in {flaw.place for flaw in new}, (table, made.flaws)

    # --- what holds always ---

    @invariant()
    def totals_are_those_of_a_plain_sum(self):
        if not hasattr(self, "code"):
            return
        with reading() as db:
            own = [funds.account(db, self.code)]
            found = api.queries.totals_of(db, own, FIRST, LAST, True)
            entries = api.entries(db, account_code=self.code, since=FIRST, until=LAST)
            books = api.books(db, self.code, FIRST, LAST)
            waiting = api.queries.unmatched_of(db, own, LAST)
        open_ = [e for e in entries if e.category is None]
        into, out = (sum(fen for e in open_ if (fen := e.amount_fen * side) > 0) for side in (1, -1))
        plain = [(len(open_), into, out, min(e.booked_on for e in open_))] if open_ else []
        assert [(one.lines, one.in_fen, one.out_fen, one.oldest_on) for one in waiting] == plain
        expected = self.expected()
        assert {(t.category, t.month): (t.in_fen, t.out_fen) for t in found} == expected
        assert sum(t.lines for t in found) == len(entries)
        assert sum(e.amount_fen for e in entries) == sum(fen for _day, fen, _words in self.counted().values())
        assert not books.damage
        assert not books.mismatches


@fixture
def estate(instance):
    """Two estates with their companies."""
    found()


@fixture
def unguarded(estate):
    """The triggers that refuse changes are gone, as for somebody with the database's keys."""
    with engine().begin() as connection:
        for table in ("bank_line", "ledger_posting"):
            connection.execute(text(f"DROP TRIGGER {table}_no_update"))


def test_totals_are_those_of_a_plain_sum_after_any_sequence(unguarded):
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=6, stateful_step_count=12, deadline=None, phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
