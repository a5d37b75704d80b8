"""Every address of the portal with stand-ins for what its parts name: no record has such an id."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from portal.kernel.access import GRANTS, Permission, Role

if TYPE_CHECKING:
    from flask import Flask

USCC = "91440300708461136T"
STAND_INS = {
    "year": "2025",
    "quarter": "2025Q1",
    "version": "2025.1",
    "ending": "csv",
    "verb": "",
    "size": "thumbnail",
    "shape": "plaque",
    "kind": "checks",
    "colour": "red",
    "chart": "trend",
    "deed": "confirm",
    "number": "1",
}
CHOICES = {"kind": "list", "code": "review", "step": "set"}  # of the common path of adverse decisions
ANSWERS = {
    ("opened.file", "ending"): "pdf",
    ("ledger.voucher_file", "size"): "screen",
    ("conferences.act", "deed"): "hold",
}
VERBS = {
    "lists.decide_or_publish": "decide",
    "credit.end": "refuse",
    "credit.judge_relation": "refuse",
    "vetoes.end": "drop",
    "adverse.company_hearing": "ask",
}


def addresses(app: "Flask") -> Iterator[tuple[str, str, str]]:
    """(endpoint, method, address) of every route, GET and POST; static files aside."""
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if rule.endpoint == "static":
                continue
            values = {name: _stand_in(rule.endpoint, name) for name in rule.arguments}
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield rule.endpoint, method, app.url_for(rule.endpoint, **values)


def _stand_in(endpoint: str, name: str) -> str:
    if name == "verb":
        return VERBS[endpoint]
    if (endpoint, name) in ANSWERS:
        return ANSWERS[endpoint, name]
    if endpoint.split(".")[0] in ("adverse", "repair") and name in CHOICES:
        return CHOICES[name]
    return STAND_INS.get(name, "x1")


def holders(access: str) -> set[Role]:
    """The roles that may come through a door."""
    if access == "signed-in":
        return set(Role)
    return {role for role, granted in GRANTS.items() if Permission(access) in granted}
