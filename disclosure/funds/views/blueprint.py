"""The blueprint of accounts and statements, and the words that its pages share."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect

from disclosure.funds import policy, queries
from disclosure.funds.lines import AccountView, account_view
from disclosure.funds.proof import sentence
from disclosure.funds.views import words
from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, request_session
from portal.registry import api as registry

bp = Blueprint("funds", "disclosure.funds", template_folder="templates")


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {**words.FOR_TEMPLATES, "flaw_sentence": sentence}


def see_other(address: str) -> Response:
    """After a deed: the page to look at."""
    return make_response(redirect(address, 303))


class Seen:
    """An account that this person may see, its estate, and who serves it. NotFound for anybody else."""

    def __init__(self, code: str) -> None:
        db = request_session()
        self.account: AccountView = account_view(queries.account(db, code))
        self.estate = registry.estate(db, self.account.estate_code)
        served = registry.companies_serving(db, clock.today(), [self.estate.code])
        self.uscc, self.company = served.get(self.estate.code, ("", ""))
        if not policy.may_read(actor(), self.estate.division_code, self.uscc):
            raise NotFound(_("没有编号为“%(code)s”的账户。", code=code))

    @property
    def may_import(self) -> bool:
        """Whether this person brings statements of the account."""
        return policy.may_import(actor(), self.estate.division_code, self.uscc)

    @property
    def may_withdraw(self) -> bool:
        """Whether this person takes statements of the account back."""
        return policy.may_withdraw(actor(), self.estate.division_code, self.uscc)
