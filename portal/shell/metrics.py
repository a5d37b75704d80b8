"""``/metrics`` in the text format of Prometheus: counts over all processes, and how jobs, backups and tasks stand.

Answered on loopback, or to who names ``METRICS_TOKEN``; to others it is not there. No series names a person, a company or an
estate.
"""

import hmac
import json

from flask import Flask, Response, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel import counters
from portal.kernel.audit import AuditHead
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.jobs_record import JobRun, Task
from portal.kernel.settings import settings
from portal.kernel.web import public, request_session
from portal.operations import api as operations

TEXT = "text/plain; version=0.0.4; charset=utf-8"
LOOPBACK = ("127.0.0.1", "::1")
_PASSED_ON = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")


def _may_read() -> bool:
    token = settings().metrics_token
    if token:
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    passed_on = any(name in request.headers for name in _PASSED_ON) and not settings().trusted_proxies
    return request.remote_addr in LOOPBACK and not passed_on  # a proxy that nobody named stands on loopback too


def _gauges(db: Session) -> dict[str, float]:
    found: dict[str, float] = {"portal_database_bytes": operations.database_size(db)}
    for status, n in db.execute(select(Task.status, func.count()).group_by(Task.status).order_by(Task.status)):
        found[counters.name_of("portal_tasks", status=status)] = n
    last = select(JobRun.job, func.max(JobRun.fire_time).label("at")).group_by(JobRun.job).subquery()
    query = select(JobRun).join(last, (JobRun.job == last.c.job) & (JobRun.fire_time == last.c.at)).order_by(JobRun.job)
    for run in db.scalars(query):
        found[counters.name_of("portal_job_last_timestamp_seconds", job=run.job)] = run.fire_time.timestamp()
        found[counters.name_of("portal_job_last_ok", job=run.job)] = float(run.outcome in ("ok", None))
    for outcome in operations.latest(db):
        found[counters.name_of("portal_outcome_timestamp_seconds", kind=outcome.kind)] = outcome.at.timestamp()
        found[counters.name_of("portal_outcome_ok", kind=outcome.kind)] = float(outcome.ok)
    found["portal_audit_rows"] = db.scalar(select(AuditHead.count).where(AuditHead.id == 1)) or 0
    return found


@public
def metrics() -> Response:
    """All series."""
    if not _may_read():
        raise NotFound(_("没有找到这个页面。可能是地址有误，也可能是内容已按规定撤下。"))
    series = {**counters.sums(), **_gauges(request_session())}
    lines, named = [], set()
    for name, value in sorted(series.items()):
        family = name.partition("{")[0]
        base = family.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count")
        kind = "histogram" if f"{base}_count" in series else "counter" if family.endswith("_total") else "gauge"
        if (described := base if kind == "histogram" else family) not in named:
            named.add(described)
            lines.append(f"# TYPE {described} {kind}")
        lines.append(f"{name} {json.dumps(value)}")
    answer = Response("\n".join(lines) + "\n", content_type=TEXT)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def register(app: Flask) -> None:
    """Add the address."""
    app.add_url_rule("/metrics", "metrics.metrics", metrics)
