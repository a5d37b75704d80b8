"""What others may use of disclosure: bring a bank's file, prove a period."""

from disclosure.funds.bringing import import_file as import_file
from disclosure.funds.bringing import read_file as read_file
from disclosure.funds.damage import damage as damage
from disclosure.funds.damage import looked_through as looked_through
from disclosure.funds.damage import with_flaws as with_flaws
from disclosure.funds.jobs import jobs as jobs
from disclosure.funds.lines import AccountView as AccountView
from disclosure.funds.lines import DaySum as DaySum
from disclosure.funds.lines import FundLine as FundLine
from disclosure.funds.lines import LineSum as LineSum
from disclosure.funds.lines import account as account
from disclosure.funds.lines import accounts as accounts
from disclosure.funds.lines import counted_line as counted_line
from disclosure.funds.lines import day_sums as day_sums
from disclosure.funds.lines import line as line
from disclosure.funds.lines import line_sums as line_sums
from disclosure.funds.lines import lines as lines
from disclosure.funds.lines import lines_off as lines_off
from disclosure.funds.lines import unclaimed as unclaimed
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
from disclosure.funds.service.layouts import layouts as layouts
from disclosure.funds.service.many import Delivery as Delivery
from disclosure.funds.service.many import take_over_many as take_over_many
from disclosure.funds.service.statements import Taken as Taken
from disclosure.funds.service.statements import take_over as take_over
from disclosure.funds.service.statements import withdraw as withdraw
from disclosure.funds.statements.detect import read_statements as read_statements
from disclosure.funds.statements.shapes import BankStatement as BankStatement
from disclosure.funds.statements.shapes import Line as StatementLine  # noqa: F401
from disclosure.funds.supervision import supervised_by as supervised_by
from disclosure.funds.trying import try_folder as try_folder

__all__ = [
    "AccountView",
    "BankStatement",
    "Delivery",
    "Flaw",
    "DaySum",
    "FundLine",
    "LineSum",
    "Proof",
    "Taken",
    "account",
    "accounts",
    "counted_line",
    "damage",
    "import_file",
    "jobs",
    "layouts",
    "day_sums",
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
    "take_over_many",
    "withdraw",
]
