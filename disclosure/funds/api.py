"""What others may use of disclosure: bring a bank's file, prove a period."""

import hashlib
from datetime import date

from disclosure.funds import queries
from disclosure.funds.damage import damage as damage
from disclosure.funds.lines import AccountView as AccountView
from disclosure.funds.lines import FundLine as FundLine
from disclosure.funds.lines import LineSum as LineSum
from disclosure.funds.lines import account as account
from disclosure.funds.lines import accounts as accounts
from disclosure.funds.lines import counted_line as counted_line
from disclosure.funds.lines import line as line
from disclosure.funds.lines import line_sums as line_sums
from disclosure.funds.lines import lines as lines
from disclosure.funds.lines import unclaimed as unclaimed
from disclosure.funds.lines import unclaimed_sums as unclaimed_sums
from disclosure.funds.proof import Flaw as Flaw
from disclosure.funds.proof import Proof as Proof
from disclosure.funds.proof import print_fen as print_fen
from disclosure.funds.proof import proof as proof
from disclosure.funds.proof import proof_between as proof_between
from disclosure.funds.proof import proofs as proofs
from disclosure.funds.proof import sentence as flaw_sentence  # noqa: F401
from disclosure.funds.queries import Delivered as Delivered
from disclosure.funds.queries import Stated as Stated
from disclosure.funds.queries import delivered as delivered
from disclosure.funds.queries import register_began as register_began
from disclosure.funds.queries import registered as registered
from disclosure.funds.queries import stated as stated
from disclosure.funds.queries import statements as statements
from disclosure.funds.service.counting import judge
from disclosure.funds.service.layouts import layouts as layouts
from disclosure.funds.service.many import Delivery as Delivery
from disclosure.funds.service.many import take_over_many as take_over_many
from disclosure.funds.service.staging import clear, stage
from disclosure.funds.service.statements import Taken as Taken
from disclosure.funds.service.statements import foreign as refuse_foreign_statements
from disclosure.funds.service.statements import take_over as take_over
from disclosure.funds.service.statements import withdraw as withdraw
from disclosure.funds.statements.detect import read_statements
from disclosure.funds.statements.shapes import BankStatement as BankStatement
from disclosure.funds.statements.shapes import Line as StatementLine  # noqa: F401
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.db import reading, transaction

__all__ = [
    "AccountView",
    "BankStatement",
    "Delivery",
    "Flaw",
    "FundLine",
    "LineSum",
    "Proof",
    "Taken",
    "account",
    "accounts",
    "counted_line",
    "damage",
    "import_file",
    "layouts",
    "line",
    "line_sums",
    "lines",
    "print_fen",
    "proof",
    "proofs",
    "read_file",
    "register_began",
    "statements",
    "take_over",
    "unclaimed",
    "unclaimed_sums",
    "take_over_many",
    "withdraw",
]


def read_file(
    account_code: str, data: bytes, name: str, format_name: str = "", uscc: str | None = None
) -> list[BankStatement]:
    """The statements of a file for an account, read outside of any write transaction.

    NotFound without the account, InputRefused with the place of what is wrong in the file.
    """
    with reading() as db:
        queries.account(db, account_code)
        known = layouts(db, uscc)
    return read_statements(data, name, format_name, known, clock.today())


def import_file(actor: Actor, account_code: str, data: bytes, name: str, *, on: date, format_name: str = "") -> Taken:
    """Read a bank's file and take it over: one transaction a file, opened only once the file is read and judged.

    Large statements are staged before, so that the transaction only moves them.
    """
    made = read_file(account_code, data, name, format_name, actor.uscc)
    sha256 = hashlib.sha256(data).hexdigest()
    with reading() as db:
        refuse_foreign_statements(db, account_code, made)
        known = queries.statement_of_file(db, account_code, sha256) is not None
    judged = [judge(one) for one in made]
    staged = judged if known else stage(account_code, judged)
    try:
        with transaction() as db:
            return take_over(db, actor, account_code, staged, sha256, on=on)
    finally:
        for one in staged:
            if one.batch:
                clear(one.batch)
