"""The whole access table: which door each endpoint stands behind, and that nobody comes through one without its key.

Behind the doors stands a stub here: only they are asked. What lies behind is held to its own rules in the other tests.
"""

from urllib.parse import parse_qs, urlsplit

import pytest

from portal.kernel.access import Role
from portal.shell import errors
from portal.shell.app import declared_access
from tests.security.doors import USCC, addresses, holders

LET_IN, NO_TOKEN = 299, 400
TABLE = {
    "account.change_password": "signed-in",
    "account.index": "signed-in",
    "account.password": "signed-in",
    "account.revoke": "signed-in",
    "accounts.add_form": "people:edit",
    "accounts.add_person": "people:edit",
    "accounts.change_person": "people:edit",
    "accounts.disable": "people:edit",
    "accounts.enable": "people:edit",
    "accounts.enter": "public",
    "accounts.first_password": "public",
    "accounts.new_code": "people:edit",
    "accounts.people": "people:edit",
    "accounts.person": "people:edit",
    "accounts.set_first_password": "public",
    "accounts.sign_in": "public",
    "accounts.sign_out": "public",
    "api.check": "public",
    "api.enterprise": "public",
    "api.enterprises": "public",
    "api.estate": "public",
    "api.estates": "public",
    "api.lists": "public",
    "api.openapi": "public",
    "api.quarter_scores": "public",
    "api.ratings": "public",
    "api.receipt": "public",
    "api.verify_receipt": "public",
    "calendar.change": "calendar:edit",
    "calendar.day": "calendar:edit",
    "calendar.index": "calendar:edit",
    "calendar.year": "calendar:edit",
    "checks.change_day": "check:file",
    "checks.correct": "check:import",
    "checks.correct_form": "check:import",
    "checks.declare": "check:read",
    "checks.end": "check:read",
    "checks.end_form": "check:read",
    "checks.inspection": "check:read",
    "checks.inspections": "check:read",
    "checks.interests": "check:read",
    "checks.photo": "check:read",
    "checks.public_photo": "public",
    "checks.save_step": "check:file",
    "checks.start": "check:file",
    "checks.step": "check:file",
    "checks.submit": "check:file",
    "company.estate": "enterprise:own",
    "company.index": "enterprise:own",
    "credit.catalogue": "public",
    "credit.catalogue_file": "public",
    "credit.confirm": "credit:confirm",
    "credit.document": "credit:read",
    "credit.end": "credit:confirm",
    "credit.enterprise": "credit:read",
    "credit.event": "credit:read",
    "credit.index": "credit:read",
    "credit.manager": "credit:read",
    "credit.new": "credit:propose",
    "credit.propose": "credit:propose",
    "credit.waiting": "credit:read",
    "health.healthz": "public",
    "health.readyz": "public",
    "lists.case": "list:read",
    "lists.decide_or_publish": "list:decide",
    "lists.decide_preview": "list:decide",
    "lists.decision": "list:read",
    "lists.index": "public",
    "lists.index_file": "public",
    "lists.manage": "list:read",
    "lists.notice": "list:read",
    "lists.propose": "list:propose",
    "lists.propose_preview": "list:propose",
    "lists.publish_preview": "list:decide",
    "lists.served_notice": "enterprise:own",
    "lists.take_off": "list:decide",
    "my_objections.case": "enterprise:own",
    "my_objections.document": "enterprise:own",
    "my_objections.file": "enterprise:own",
    "my_objections.index": "enterprise:own",
    "my_objections.new": "enterprise:own",
    "my_objections.own_file": "enterprise:own",
    "my_objections.results": "enterprise:own",
    "my_objections.withdraw": "enterprise:own",
    "objections.accept": "objection:review",
    "objections.ask_extension": "objection:review",
    "objections.case": "objection:read",
    "objections.case_file": "objection:read",
    "objections.decide": "objection:review",
    "objections.document": "objection:read",
    "objections.end": "proceeding:edit",
    "objections.index": "objection:read",
    "objections.proceedings_list": "objection:read",
    "objections.refuse": "objection:review",
    "objections.register": "proceeding:edit",
    "objections.serve": "objection:review",
    "objections.settle_extension": "objection:extend",
    "objections.statistics": "public",
    "notices.choose_digest": "work:read",
    "notices.confirmation_file": "document:read",
    "notices.confirmations": "document:read",
    "notices.digest": "work:read",
    "notices.document": "document:read",
    "notices.document_file": "document:read",
    "notices.documents": "document:read",
    "notices.file_confirmation": "document:read",
    "notices.index": "work:read",
    "notices.leave": "public",
    "notices.leave_digest": "work:read",
    "notices.leave_form": "public",
    "notices.open_notice": "work:read",
    "notices.proof": "document:read",
    "notices.read_all": "work:read",
    "notices.serve": "document:serve",
    "notices.withdraw_confirmation": "document:read",
    "office.admin": "people:edit",
    "office.audit": "audit:read",
    "office.audit_csv": "audit:read",
    "office.codes": "signed-in",
    "office.confirm": "work:read",
    "office.imports": "work:read",
    "office.job_runs": "jobs:read",
    "office.task": "signed-in",
    "office.template": "work:read",
    "office.upload": "work:read",
    "office.verify": "audit:read",
    "opendata.dictionary_table": "public",
    "opendata.download": "public",
    "public.accessibility": "public",
    "public.badge": "public",
    "public.certificate": "public",
    "public.certificate_file": "public",
    "public.check": "public",
    "public.check_lists": "public",
    "public.check_template": "public",
    "public.data": "public",
    "public.data_json": "public",
    "public.enterprise": "public",
    "public.enterprise_json": "public",
    "public.enterprise_table": "public",
    "public.enterprises": "public",
    "public.enterprises_table": "public",
    "public.estate": "public",
    "public.estate_json": "public",
    "public.estate_table": "public",
    "public.help": "public",
    "public.home": "public",
    "public.home_json": "public",
    "public.keys": "public",
    "public.make_report": "public",
    "public.open_receipt": "public",
    "public.privacy": "public",
    "public.receipt_file": "public",
    "public.report_form": "public",
    "public.search": "public",
    "public.search_table": "public",
    "public.verifier": "public",
    "public.verify": "public",
    "public.verify_code": "public",
    "public.verify_receipt": "public",
    "ratings.community_review": "quarter:confirm",
    "ratings.confirm_quarter": "quarter:confirm",
    "ratings.forthcoming": "public",
    "ratings.forthcoming_json": "public",
    "ratings.held": "check:read",
    "ratings.manage": "check:read",
    "ratings.prepare_quarter": "quarter:prepare",
    "ratings.prepare_year": "year:prepare",
    "ratings.publish_quarter": "quarter:publish",
    "ratings.publish_year": "year:publish",
    "ratings.quarter": "public",
    "ratings.quarter_corrections": "public",
    "ratings.quarter_corrections_file": "public",
    "ratings.quarter_estate": "public",
    "ratings.quarter_estate_json": "public",
    "ratings.quarter_file": "public",
    "ratings.quarter_prepare": "check:read",
    "ratings.quarter_preview": "quarter:publish",
    "ratings.quarter_published": "quarter:publish",
    "ratings.quarter_review": "quarter:confirm",
    "ratings.quarters": "public",
    "ratings.quarters_json": "public",
    "ratings.year": "public",
    "ratings.year_corrections": "public",
    "ratings.year_corrections_file": "public",
    "ratings.year_estate": "public",
    "ratings.year_estate_json": "public",
    "ratings.year_file": "public",
    "ratings.year_prepare": "year:prepare",
    "ratings.year_preview": "year:publish",
    "ratings.year_published": "year:publish",
    "ratings.years": "public",
    "ratings.years_json": "public",
    "rectification.answer": "order:answer",
    "rectification.ask_extension": "order:answer",
    "rectification.decide_extension": "order:extend",
    "rectification.index": "order:read",
    "rectification.notice": "order:read",
    "rectification.order": "order:read",
    "rectification.photo": "order:read",
    "rectification.preview": "photo:release",
    "rectification.protect": "order:answer",
    "rectification.public_photo": "public",
    "rectification.refuse": "order:verify",
    "rectification.release": "photo:release",
    "rectification.release_now": "photo:release",
    "rectification.verify": "order:verify",
    "rectification.withdraw": "photo:release",
    "registry.add_contract": "registry:edit",
    "registry.add_enterprise": "registry:edit",
    "registry.add_estate": "registry:edit",
    "registry.add_manager": "registry:edit",
    "registry.contracts": "registry:read",
    "registry.contracts_file": "registry:read",
    "registry.divisions": "registry:read",
    "registry.divisions_file": "registry:read",
    "registry.edit_contract": "registry:edit",
    "registry.edit_enterprise": "registry:edit",
    "registry.edit_estate": "registry:edit",
    "registry.edit_manager": "registry:edit",
    "registry.enterprise": "registry:read",
    "registry.enterprises": "registry:read",
    "registry.enterprises_file": "registry:read",
    "registry.estate": "registry:read",
    "registry.estates": "registry:read",
    "registry.estates_file": "registry:read",
    "registry.index": "registry:read",
    "registry.manager": "registry:read",
    "registry.managers": "registry:read",
    "registry.managers_file": "registry:read",
    "registry.withdraw_contract": "registry:edit",
    "replies.accept": "reply:moderate",
    "replies.case": "reply:moderate",
    "replies.mask": "reply:moderate",
    "replies.photo": "signed-in",
    "replies.preview": "reply:moderate",
    "replies.public_photo": "public",
    "replies.queue": "reply:moderate",
    "replies.refuse": "reply:moderate",
    "replies.release": "reply:moderate",
    "replies.result": "enterprise:own",
    "replies.results": "enterprise:own",
    "replies.send": "enterprise:own",
    "replies.waive": "enterprise:own",
    "replies.withdraw": "reply:moderate",
    "replies.write": "enterprise:own",
    "reviews.adjust": "check:review",
    "reviews.adjust_form": "check:review",
    "reviews.confirm": "check:review",
    "reviews.late": "check:permit-late",
    "reviews.permit_late": "check:permit-late",
    "reviews.preview": "photo:release",
    "reviews.queue": "check:review",
    "reviews.release": "photo:release",
    "reviews.release_now": "photo:release",
    "reviews.return_form": "check:review",
    "reviews.return_now": "check:review",
    "reviews.review": "check:review",
    "reviews.withdraw": "photo:release",
    "standards.add_item": "standard:edit",
    "standards.bring_sheet": "standard:edit",
    "standards.changes": "public",
    "standards.changes_data": "public",
    "standards.discard": "standard:edit",
    "standards.draft": "standard:edit",
    "standards.draft_sheet": "standard:edit",
    "standards.edit": "standard:edit",
    "standards.edit_item": "standard:edit",
    "standards.index": "public",
    "standards.index_data": "public",
    "standards.publish": "standard:publish",
    "standards.remove_item": "standard:edit",
    "standards.to_publish": "standard:publish",
    "standards.version": "public",
    "standards.version_data": "public",
    "surveys.decide_veto": "veto:decide",
    "surveys.edit": "year-facts:edit",
    "surveys.estate": "year-facts:read",
    "surveys.index": "year-facts:read",
    "surveys.withdraw_veto": "veto:decide",
    "surveys.year": "year-facts:read",
    "surveys.year_file": "year-facts:read",
    "work.index": "work:read",
}


@pytest.fixture
def doors(app, monkeypatch):
    """The application with nothing behind its doors and bare refusals; every guarded (endpoint, method, address)."""
    asked = [*app.before_request_funcs[None], lambda: ("", LET_IN)]
    monkeypatch.setitem(app.before_request_funcs, None, asked)
    monkeypatch.setattr(errors, "render_template", lambda *_names, **_values: "")
    return [door for door in addresses(app) if TABLE.get(door[0]) != "public"]


def test_the_table(app):
    assert {name: str(access) for name, access in declared_access(app).items()} == TABLE


@pytest.mark.parametrize("role", list(Role))
def test_a_role_comes_in_where_it_holds_the_permission_and_nowhere_else(doors, signed_in, role):
    """A deed without a form token goes no further than the door even for those who hold the permission."""
    client = signed_in(role, uscc=USCC if role is Role.ENTERPRISE else None)
    met = {door: client.open(door[2], method=door[1], strict=False).status_code for door in doors}
    inside = {"GET": LET_IN, "POST": NO_TOKEN}
    assert met == {door: inside[door[1]] if role in holders(TABLE[door[0]]) else 403 for door in doors}


def test_no_public_deed_without_a_form_token(app, client):
    deeds = [(endpoint, address) for endpoint, method, address in addresses(app) if method == "POST"]
    public = {endpoint: client.post(address).status_code for endpoint, address in deeds if TABLE[endpoint] == "public"}
    open_deeds = {name for name in public if name.startswith("api.")}  # of programs: they change nothing on record
    assert open_deeds == {"api.check", "api.verify_receipt"}
    assert {public.pop(name) for name in open_deeds} <= {200, 400}
    assert public == dict.fromkeys(public, NO_TOKEN)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_no_other_method_or_language_opens_a_door(doors, signed_in, method, prefix):
    client = signed_in(Role.MEDIATOR)
    held = {"signed-in", "work:read"}
    shut = [door for door in doors if door[1] == "GET" and TABLE[door[0]] not in held]
    met = {door: client.open(prefix + door[2], method=method).status_code for door in shut}
    assert met == dict.fromkeys(shut, 403)


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_nobody_is_sent_to_the_sign_in_and_deeds_are_refused(doors, client, prefix):
    wrong = []
    for endpoint, method, address in doors:
        answer = client.open(prefix + address, method=method, strict=False)
        if method == "POST":
            fine = answer.status_code == 403
        else:
            there = urlsplit(answer.location or "")
            fine = answer.status_code == 302 and there.path == f"{prefix}/sign-in" and not there.netloc
            fine = fine and parse_qs(there.query).get("next", [""])[0].endswith(urlsplit(address).path)
        if not fine or answer.headers.get("Cache-Control") != "no-store":
            wrong.append((endpoint, method, answer.status_code, answer.location))
    assert not wrong
