"""What the ledger tells others: frozen values, money in integer fen, in positive and out negative."""

from dataclasses import dataclass
from datetime import date

from disclosure.ledger.categories import by_code, name_of
from portal.kernel.i18n import _


@dataclass(frozen=True, slots=True)
class Entry:
    """A piece of a bank line with its category; a line that nobody classified yet is one piece without category.

    Public: days, amount, category, ``words``. For owners: ``summary`` and ``memo``. For staff: ``counterparty``.
    ``vouchers`` counts them; ``reversed`` says that the line was classified otherwise before and corrected.
    ``bundle`` is common to lines that were merged and shown as one.
    """

    year: int
    line_id: int
    piece: int
    account_code: str
    estate_code: str
    account_type: str
    booked_on: date
    amount_fen: int
    category: str | None
    label: str
    memo: str
    vouchers: int
    reversed: bool
    bundle: str | None
    by_rule: bool
    summary: str
    counterparty: str
    line_fen: int
    seq: int

    @property
    def ref(self) -> str:
        """How flags, objections and vouchers name the line."""
        return f"fund-line:{self.year}-{self.line_id}"

    @property
    def words(self) -> str:
        """What the public reads of it."""
        return self.label or name_of(self.category) or _("待归类")

    @property
    def kind(self) -> str:
        """income, cost, transfer or repair; empty while it has no category."""
        return by_code()[self.category].kind if self.category else ""


@dataclass(frozen=True, slots=True)
class Total:
    """In and out of an estate's accounts of a type in a category (None: not classified) and month ("2025-01", else "")."""

    estate_code: str
    account_type: str
    category: str | None
    month: str
    in_fen: int
    out_fen: int
    lines: int

    @property
    def net_fen(self) -> int:
        """In less out."""
        return self.in_fen - self.out_fen


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Lines of an account that nobody classified yet: how many, the oldest and its age in days on the day asked for."""

    account_code: str
    estate_code: str
    account_type: str
    lines: int
    in_fen: int
    out_fen: int
    oldest_on: date
    age_days: int


@dataclass(frozen=True)
class Voucher:
    """A voucher of a line. ``sha256`` is of the redacted public copy (None: not released), the original's hash is public,
    its bytes are not."""

    id: str
    ref: str
    estate_code: str
    kind: str
    title: str
    on: date
    original_sha256: str
    media_type: str
    sha256: str | None
    public_media_type: str


@dataclass(frozen=True)
class Approval:
    """A decision on spending. ``passed`` follows from the figures and the rule of its kind; areas are hundredths of m2."""

    id: str
    estate_code: str
    kind: str
    number: str
    title: str
    decided_on: date
    limit_fen: int
    eligible: int
    present: int
    in_favour: int
    eligible_area_centi: int | None
    present_area_centi: int | None
    favour_area_centi: int | None
    document_sha256: str
    passed: bool
    spent_fen: int
    refs: tuple[str, ...]
    withdrawn: str


@dataclass(frozen=True)
class Breach:
    """Spending that lacks what a rule asks for. ``code``: missing, wrong_kind, not_passed, later, over or price_check."""

    code: str
    entry: Entry
    rule: str
    source: str
    approval: Approval | None = None


@dataclass(frozen=True)
class BudgetLine:
    """A category of a year: budget (None: none was made), actual in fen (as it is budgeted: not negative), and why they differ.

    ``off_bp``: by how many hundredths of a per cent the actual figure is off; ``needs_reason`` by the tolerance in the rules.
    """

    category: str
    kind: str
    budget_fen: int | None
    actual_fen: int
    off_bp: int | None
    reason: str
    needs_reason: bool

    @property
    def difference_fen(self) -> int:
        """Actual less budget."""
        return self.actual_fen - (self.budget_fen or 0)
