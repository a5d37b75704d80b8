"""Who opens what is sealed: every module that does stands here with what becomes of it, so that a new one is thought about.

``look.…`` or another action: a person sees it, and the log has a row. ``masked``: pages show a part. ``own``: the person's own
values. ``machine``: it is compared, sent or sealed anew and shown to nobody. ``part``: read on the way of a module named below.
"""

import re

from tests.architecture.sources import PROJECT, modules

OPENING = re.compile(r"\bunseal\w*\(|sealed\.(opened|phones)\(|\bcontact_of\(|\.read\(name\)|decrypt_file\(")
OPENED = {
    "disclosure/funds/service/statements.py": "machine: the account number is compared with the bank's",
    "disclosure/owners/service/door.py": "machine: a code goes to the phone",
    "disclosure/owners/service/register.py": "masked: the office sees a surname",
    "mediation/cases/calling.py": "machine: a call for an opinion goes to the phone",
    "mediation/cases/printing.py": "look.mediation-names",
    "mediation/cases/reading.py": "look.mediation-names",
    "mediation/cases/service/agreeing.py": "machine: what stood is written into the paper",
    "mediation/cases/service/codes.py": "machine: a code goes to the phone",
    "mediation/cases/service/correcting.py": "machine: a correction is compared and sealed anew",
    "mediation/cases/service/fairness.py": "part: remarks without case and name, by month",
    "mediation/cases/service/papers.py": "look.mediation-names",
    "mediation/cases/service/performing.py": "look.mediation-names",
    "mediation/cases/service/sessions.py": "machine: a way in by phone is compared",
    "mediation/cases/service/talking.py": "look.mediation-names",
    "mediation/cases/vault.py": "part: the tool of the modules above",
    "mediation/conferences/queries.py": "part: topics and minutes, for the members",
    "mediation/filing/service.py": "own: the draft of who holds its code",
    "portal/accounts/factors.py": "machine: a code is compared",
    "portal/kernel/key_ring.py": "part: the tool",
    "portal/kernel/keys.py": "part: the tool",
    "portal/kernel/sms.py": "look.sms",
    "portal/notices/queries.py": "own: the addressee's document; the office issued it",
    "portal/notices/service/digest.py": "own: the person's address",
    "portal/receipts/service.py": "own: the receipt of who holds its code",
    "portal/registry/queries.py": "look.manager-phone",
    "portal/registry/sealed.py": "look.manager-phone",
    "portal/registry/service/parties.py": "look.manager-phone",
    "portal/registry/sheets/parties.py": "machine: a sheet is compared with what is recorded",
    "portal/registry/views/parties.py": "look.manager-phone",
    "portal/shell/cli_personal.py": "look.sms",
    "portal/shell/feeds/service.py": "machine: news go to the address",
    "portal/shell/office/audit_log.py": "look.audit-row",
    "portal/shell/office/task.py": "own: codes, shown once to who started the import",
    "scoring/adverse/service.py": "adverse.contact-read",
    "scoring/adverse/views/office.py": "adverse.contact-read",
    "scoring/credit/commitments.py": "part: signatories act for a company",
    "scoring/credit/links.py": "part: phones and names of companies, for officers",
}


def test_whoever_opens_a_sealed_value_is_known():
    found = {str(path.relative_to(PROJECT)) for path in modules() if OPENING.search(path.read_text())}
    assert found - {name for name in found if "/demo/" in name} == set(OPENED)


def test_every_look_that_is_named_is_written_by_code():
    written = "".join(path.read_text() for path in modules())
    named = {why for why in OPENED.values() if ":" not in why}
    assert len(named) == 5
    assert [action for action in sorted(named) if f'"{action}"' not in written] == []
