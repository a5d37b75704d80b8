"""Whatever is asked of the API, no answer is a fault or lies outside its own description (OpenAPI 3.1)."""

from datetime import date

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from portal.kernel import clock
from portal.shell.public.api import routes
from tests.registry.sheets import USCC
from tests.shell.public_district import GOOD
from tests.shell.public_fixtures import app, instance  # noqa: F401

TODAY = date(2026, 11, 22)
EXAMPLES = 12
HELD = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
KNOWN = {"code": GOOD, "uscc": USCC[0], "quarter": "2026Q3", "year": "2025"}


@pytest.fixture
def described(app):  # noqa: F811
    with clock.on(TODAY):
        yield schemathesis.openapi.from_wsgi("/api/openapi.json", app)


def test_any_request_is_answered_as_described(described):
    asked = 0
    for result in described.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @_given(operation)
        def ask(case):
            nonlocal asked
            asked += 1
            case.call_and_validate(checks=list(HELD))

        ask()
    assert asked > 60


def _given(operation):
    from hypothesis import given

    return given(case=operation.as_strategy())


def test_known_records_are_answered_as_described(described):
    """Random codes hardly ever name a record; these do."""
    for result in described.get_all_operations():
        operation = result.ok()
        if operation.method.upper() != "GET":
            continue
        named = {name: KNOWN[name] for name in KNOWN if f"{{{name}}}" in operation.path}
        if "{code}" in operation.path and "receipts" in operation.path:
            continue  # nobody has asked for one yet
        if named or "{" not in operation.path:
            case = operation.Case(path_parameters=named)
            response = case.call_and_validate(checks=list(HELD))
            assert response.status_code == 200, operation.path


def test_an_address_that_will_go_says_so(client, monkeypatch):
    monkeypatch.setitem(routes.LEAVING, "api.estates", (date(2026, 11, 1), date(2027, 11, 30)))
    with clock.on(TODAY):
        told = client.get("/api/v1/estates").headers
        assert told["Sunset"] == "Mon, 29 Nov 2027 16:00:00 GMT"
        assert told["Deprecation"].startswith("@")
        assert 'rel="deprecation"' in told["Link"]
        assert "Sunset" not in client.get("/api/v1/enterprises").headers
