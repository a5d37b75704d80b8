"""My company: what a company user sees of the own company; nothing of any other is reachable here."""

from flask import render_template

from portal.kernel.access import Permission
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session
from portal.registry import api as registry
from portal.shell.office import company_record, standing
from portal.shell.office.blueprint import company_bp


def _uscc() -> str:
    """The company of the person; every query of these pages starts from it."""
    found = actor().uscc
    if not found:
        raise NotFound(_("您的账号没有对应的企业，请联系系统管理员。"))
    return found


@company_bp.get("")
@needs(Permission.ENTERPRISE_OWN)
def index() -> str:
    """Notices, credit, estates with what cost them points."""
    db = request_session()
    found = company_record.record(db, _uscc())
    events = {event.estate_code for event in found.public.credit.events if event.estate_code}
    names = registry.estate_names(db, events) if events else {}
    terms = standing.cards(standing.figures(db, actor()))
    return render_template(
        "office/company.html", found=found, areas=registry.divisions(db), estate_names=names, terms=terms
    )


@company_bp.get("/estates/<code>")
@needs(Permission.ENTERPRISE_OWN)
def estate(code: str) -> str:
    """One estate: the last published quarter, and the findings of the last confirmed months."""
    db = request_session()
    found = company_record.estate_record(db, _uscc(), code)
    return render_template("office/company_estate.html", found=found, areas=registry.divisions(db), uscc=_uscc())
