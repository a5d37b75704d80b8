"""The checklist for everybody: which versions there are, one in plain words, what changed against the one before."""

from typing import Any

from flask import Response, render_template
from sqlalchemy.orm import Session

from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.web import public, request_session
from scoring.standards import api, queries, words
from scoring.standards.models import StandardVersion
from scoring.standards.views.blueprint import bp, sent

ENDINGS = "<any(json,csv,xlsx):ending>"


def _version_rows(rows: list[StandardVersion], db: Session) -> list[dict[str, Any]]:
    return [
        {
            "version": row.version,
            "in_force_from": row.in_force_from,
            "kinds": row.kinds,
            "items": len(found := queries.items(db, row.version)),
            "points": sum(item.max_points for item in found),
            "reference": row.reference,
        }
        for row in rows
    ]


@bp.get("/standards")
@public
def index() -> str:
    """The published versions, the newest first."""
    db = request_session()
    return render_template("standards/index.html", rows=_version_rows(queries.published(db)[::-1], db))


@bp.get(f"/standards.{ENDINGS}")
@public
def index_data(ending: str) -> Response:
    """The published versions as data."""
    db = request_session()
    rows = _version_rows(queries.published(db)[::-1], db)
    return sent("standards", ending, [{**row, "in_force_from": row["in_force_from"].isoformat()} for row in rows])


def _published(version: str) -> tuple[api.StandardView, StandardVersion]:
    db = request_session()
    row = queries.published_row(db, version)
    return api.view(db, version), row


@bp.get("/standards/<version>")
@public
def version(version: str) -> str:
    """One version in plain words."""
    standard, row = _published(version)
    earlier = queries.before(request_session(), row)
    return render_template("standards/version.html", standard=standard, earlier=earlier and earlier.version)


@bp.get(f"/standards/<version>.{ENDINGS}")
@public
def version_data(version: str, ending: str) -> Response:
    """One version as data: the columns of the standard file."""
    _standard, row = _published(version)
    rows = api.export_rows(request_session(), [version])
    return sent(f"standard-{version}", ending, rows, {"version": version, "kinds": row.kinds.split(",")})


def _changes(version: str) -> tuple[api.StandardView, api.StandardView, list[words.ItemChange]]:
    standard, row = _published(version)
    earlier = queries.before(request_session(), row)
    if earlier is None or earlier.published_at is None:
        raise NotFound(_("检查标准%(version)s是第一个版本，没有可以比较的版本。", version=version))
    old = api.view(request_session(), earlier.version)
    return old, standard, words.changes(old, standard)


@bp.get("/standards/<version>/changes")
@public
def changes(version: str) -> str:
    """What changed against the version before."""
    old, new, found = _changes(version)
    return render_template("standards/changes.html", old=old, new=new, changes=found)


@bp.get(f"/standards/<version>/changes.{ENDINGS}")
@public
def changes_data(version: str, ending: str) -> Response:
    """What changed, as data."""
    old, new, found = _changes(version)
    rows = [
        {"item_code": change.item_code, "change": words.change_text(change), "fields": " ".join(change.fields)}
        for change in found
    ]
    return sent(f"standard-{version}-changes", ending, rows, {"from": old.version, "to": new.version})
