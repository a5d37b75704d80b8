"""The blueprint of the credit pages and the words they share."""

from datetime import date, datetime
from typing import Any

from flask import Blueprint, current_app, request, url_for

from portal.accounts import api as accounts
from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.web import instant_asked, request_session
from scoring.credit import words

bp = Blueprint("credit", __name__, template_folder="../templates")


def tier_name(tier: str) -> str:
    """The effect of an adverse event; empty for a good one."""
    words = {"minor": _("轻微"), "ordinary": _("一般"), "serious": _("较重"), "internal": _("评价结果")}
    return words.get(tier, "")


def subjects_name(subjects: str) -> str:
    """On whom an event can be recorded."""
    words = {"both": _("企业、项目负责人"), "enterprise": _("企业"), "manager": _("项目负责人")}
    return words[subjects]


def person_name(login: str) -> str:
    """Who did a step, by name; the login where there is no such person (the command line)."""
    try:
        return accounts.person(request_session(), login).name
    except NotFound:
        return login


def contest_url(ref: str) -> str:
    """Where an objection to a record is filed; empty while no room takes objections."""
    endpoint = "my_objections.new"
    return url_for(endpoint, ref=ref) if endpoint in current_app.view_functions else ""


def asked_day() -> tuple[date, str]:
    """The day of the address (``as_of``, default today) and what is wrong with it, if anything."""
    typed = request.args.get("as_of", "").strip()
    if not typed:
        return clock.today(), ""
    try:
        return date.fromisoformat(typed), ""
    except ValueError:
        return clock.today(), _("日期应按2026-03-01的格式填写。现在显示今天的情况。")


def asked_instant() -> tuple[datetime | None, str]:
    """The instant of the address (None: now) and what is wrong with it."""
    found, is_readable = instant_asked()
    return found, "" if is_readable else _(
        "时间写法不对或者晚于现在，请按2026-03-01T09:30的格式填写。现在显示已登记的全部情况。"
    )


@bp.context_processor
def _words() -> dict[str, Any]:
    return {
        "tier_name": tier_name,
        "subjects_name": subjects_name,
        "step_name": words.step_name,
        "person_name": person_name,
        "explained": words.explained,
        "relation_step": words.relation_step,
        "field_name": words.field_name,
        "contest_url": contest_url,
    }
