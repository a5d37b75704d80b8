"""``/healthz``: the process answers. ``/readyz``: the database is reachable and at this release's schema.

Neither may be kept on the way: an old answer says nothing of the server.
"""

from flask import Flask, Response, jsonify
from sqlalchemy import text

from portal.kernel import schema
from portal.kernel.web import public, request_session


@public
def healthz() -> Response:
    """Alive."""
    return _told({"status": "ok"})


@public
def readyz() -> tuple[Response, int]:
    """Ready to serve, or 503 with the reason."""
    try:
        request_session().execute(text("SELECT 1"))
        ready = schema.is_current()
        reason = "" if ready else "schema"
    except Exception as error:  # noqa: BLE001  whatever is wrong with the database, the answer is 503
        ready, reason = False, type(error).__name__
    return _told({"status": "ok" if ready else "not ready", "reason": reason}), 200 if ready else 503


def _told(state: dict[str, str]) -> Response:
    answer = jsonify(state)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def register(app: Flask) -> None:
    """Add both addresses."""
    app.add_url_rule("/healthz", "health.healthz", healthz)
    app.add_url_rule("/readyz", "health.readyz", readyz)
