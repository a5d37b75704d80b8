"""The blueprint of the credit pages and the words they share."""

from datetime import date
from typing import Any

from flask import Blueprint, request

from portal.accounts import api as accounts
from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.web import request_session

bp = Blueprint("credit", __name__, template_folder="../templates")


def tier_name(tier: str) -> str:
    """The effect of an adverse event; empty for a good one."""
    words = {"minor": _("轻微"), "ordinary": _("一般"), "serious": _("较重"), "internal": _("评价结果")}
    return words.get(tier, "")


def subjects_name(subjects: str) -> str:
    """On whom an event can be recorded."""
    words = {"both": _("企业、项目负责人"), "enterprise": _("企业"), "manager": _("项目负责人")}
    return words[subjects]


def step_name(step: str) -> str:
    """The state of a credit event."""
    words = {"proposed": _("待核准"), "confirmed": _("已核准"), "refused": _("不予登记"), "withdrawn": _("已撤销")}
    return words[step]


def person_name(login: str) -> str:
    """Who did a step, by name; the login where there is no such person (the command line)."""
    try:
        return accounts.person(request_session(), login).name
    except NotFound:
        return login


def asked_day() -> tuple[date, str]:
    """The day of the address (``as_of``, default today) and what is wrong with it, if anything."""
    typed = request.args.get("as_of", "").strip()
    if not typed:
        return clock.today(), ""
    try:
        return date.fromisoformat(typed), ""
    except ValueError:
        return clock.today(), _("日期应按2026-03-01的格式填写。现在显示今天的情况。")


@bp.context_processor
def _words() -> dict[str, Any]:
    return {
        "tier_name": tier_name,
        "subjects_name": subjects_name,
        "step_name": step_name,
        "person_name": person_name,
    }
