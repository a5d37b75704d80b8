"""The blueprint of the list pages and what they share: days and years of addresses, people, links to other rooms."""

from datetime import date
from typing import Any

from flask import Blueprint, current_app, request, url_for

from portal.accounts import api as accounts
from portal.kernel import clock
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.periods import Year
from portal.kernel.web import request_session
from scoring.lists import words

bp = Blueprint("lists", __name__, template_folder="../templates")


def year_of(text: str) -> Year:
    """The year of an address; ``NotFound`` for what is none."""
    try:
        return Year.parse(text)
    except DomainError as error:
        raise NotFound(_("没有找到这一期。")) from error


def asked_day() -> tuple[date, str]:
    """The day of the address (``as_of``, default today) and what is wrong with it, if anything."""
    typed, today = request.args.get("as_of", "").strip(), clock.today()
    if not typed:
        return today, ""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return today, _("日期应按2026-03-01的格式填写。现在显示今天的情况。")
    return (day, "") if day <= today else (today, _("只能查看今天和以前的情况。现在显示今天的情况。"))


def person_name(login: str) -> str:
    """Who did a step, by name; the login where there is no such person (the command line)."""
    try:
        return accounts.person(request_session(), login).name
    except NotFound:
        return login


def link(endpoint: str, **values: Any) -> str:
    """The address of a page of another room, empty where the portal runs without it."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"list_words": words, "person_name": person_name, "link": link}
