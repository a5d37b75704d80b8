"""Pages of the company and the officer: what an estate has opened and lacks, a new entry with its preview, taking one back."""

import io
from dataclasses import dataclass
from datetime import date

from flask import (
    Response,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from itsdangerous import BadSignature, URLSafeTimedSerializer

from disclosure.opened import policy, queries, service
from disclosure.opened.forms import OpenForm, WithdrawForm, form_of
from disclosure.opened.kinds import Kind, kinds, sections
from disclosure.opened.queries import Entry
from disclosure.opened.service import NewEntry
from disclosure.opened.views.blueprint import bp
from portal.kernel import clock
from portal.kernel.access import Permission, require
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.kernel.files import store
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, page_asked, public, request_session
from portal.registry import api as registry

PAGE, HOUR = 50, 3600


@dataclass(frozen=True)
class EstateRow:
    """A line of the first page: an estate and what its owners miss."""

    code: str
    name: str
    lacking: list[str]


def _mine(today: date) -> dict[str, str]:
    """Estates that this person opens things for: code to name, by code."""
    db, me = request_session(), actor()
    frame = registry.estates_frame(db, today)
    if me.uscc:
        served = set(registry.serving(db, today).query("uscc == @uscc", local_dict={"uscc": me.uscc})["estate_code"])
        frame = frame[frame["estate_code"].isin(served)]
    pairs = zip(frame["estate_code"], frame["name"], frame["division_code"], strict=True)
    return {code: name for code, name, division in pairs if me.uscc or me.covers(division)}


@bp.get("/disclosure/opened")
@needs(Permission.DISCLOSURE_OPEN)
def index() -> str:
    """My estates, and what their owners miss."""
    db, today, page = request_session(), clock.today(), page_asked()
    mine = _mine(today)
    asked = request.args.get("q", "").strip()[:60]
    chosen = [code for code, name in mine.items() if asked in name or asked.upper() in code]
    lacking = queries.lacking(db, chosen, today)
    chosen.sort(key=lambda code: (-len(lacking[code]), code))
    shown = chosen[(page - 1) * PAGE : page * PAGE]
    rows = [EstateRow(code, mine[code], [str(one.kind.name) for one in lacking[code]]) for code in shown]
    return render_template(
        "opened/index.html", rows=rows, total=len(chosen), whole=sum(not lacking[code] for code in chosen), asked=asked,
        page=page, pages=max(1, -(-len(chosen) // PAGE)),
        link=lambda number: url_for("opened.index", page=number, q=asked or None),
    )  # fmt: skip


def _place(code: str) -> str:
    """The estate's name, for who may open things for it."""
    db, today = request_session(), clock.today()
    division, serving = service.place_of(db, code, today)
    if not policy.may_open(actor(), division, serving):
        raise NotFound(_("没有编号为“%(value)s”的小区。", value=code))
    return registry.estate(db, code, today).name


@bp.get("/disclosure/opened/<estate>")
@needs(Permission.DISCLOSURE_OPEN)
def estate(estate: str) -> str:
    """One estate: each kind with its entries, and what is missing."""
    name, db, today = _place(estate), request_session(), clock.today()
    found = queries.entries(db, [estate])
    gone = [one for one in found if one.withdrawn]
    return render_template(
        "opened/estate.html", code=estate, name=name, sections=sections(), gone=gone,
        standings=queries.standings_of(found, today), me=actor(),
    )  # fmt: skip


def _kind(code: str) -> Kind:
    if code not in kinds():
        raise NotFound(_("没有找到这条公开事项。"))
    return kinds()[code]


def _page(estate: str, kind: Kind, form: OpenForm, preview: Entry | None = None) -> str:
    return render_template(
        "opened/new.html", code=estate, name=_place(estate), kind=kind, form=form, preview=preview,
        titles=[f"f_{field.code}" for field in kind.fields],
    )  # fmt: skip


@bp.get("/disclosure/opened/<estate>/new/<kind>")
@needs(Permission.DISCLOSURE_OPEN)
def new(estate: str, kind: str) -> str:
    """The form of a kind."""
    found = _kind(kind)
    return _page(estate, found, form_of(found, not actor().uscc)(formdata=None))


@bp.post("/disclosure/opened/<estate>/new/<kind>")
@needs(Permission.DISCLOSURE_OPEN)
def add(estate: str, kind: str) -> Response | tuple[str, int]:
    """Show what everybody will see; on the second button, make it public."""
    found = _kind(kind)
    _place(estate)
    form = form_of(found, not actor().uscc)()
    if not form.validate():
        return _page(estate, found, form), 422
    try:
        entry = _entered(estate, found, form)
        service.refuse_untrue(found, entry, clock.today())
        if "publish" not in request.form:
            return _page(estate, found, form, _previewed(entry)), 200
        with transaction() as db:
            service.open_entry(db, actor(), entry, on=clock.today())
    except (Conflict, NotAllowed, NotFound):
        raise
    except DomainError as error:
        form.happened_on.errors = [*form.happened_on.errors, str(error)]
        return _page(estate, found, form), 422
    flash(_("已公开，现在就能在小区的公开页面看到。"), "ok")
    return make_response(redirect(url_for("opened.estate", estate=estate), 303))


def _entered(estate: str, kind: Kind, form: OpenForm) -> NewEntry:
    source = "enterprise" if actor().uscc else form["source"].data
    title = form["title"].data.strip() if kind.titled else ""
    return NewEntry(estate, kind.code, title, form.happened_on.data, form.facts(kind), source, _file(form))


def _seal() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="opened-file")


def _file(form: OpenForm) -> tuple[str, str] | None:
    """The file handed in now, or the one of the preview: its name is signed for this person, so no other can be named."""
    if form.file.data:
        kept = service.keep_file(form.file.data.read(), form.file.data.filename or "")
        form.kept.data = _seal().dumps([actor().login, *kept])
        return kept
    if not form.kept.data:
        return None
    try:
        login, sha256, media_type = _seal().loads(form.kept.data, max_age=HOUR)
    except BadSignature:
        raise DomainError(_("文件已经失效，请重新上传。")) from None
    if login != actor().login:
        raise DomainError(_("文件已经失效，请重新上传。"))
    return str(sha256), str(media_type)


def _previewed(new: NewEntry) -> Entry:
    """The entry as it will stand on the public page."""
    return Entry(
        "", new.estate_code, kinds()[new.kind], new.title, new.happened_on, dict(new.facts), new.source, actor().uscc,
        queries.ENDINGS[new.file[1]] if new.file else "", clock.today(), None,
    )  # fmt: skip


def _own(entry_id: str) -> Entry:
    """An entry that this person may take back."""
    db = request_session()
    found = queries.entry(db, entry_id)
    division, serving = service.place_of(db, found.estate_code, clock.today())
    if not policy.may_open(actor(), division, serving):
        raise NotFound(_("没有找到这条公开事项。"))
    require(policy.may_withdraw(actor(), division, serving, found.uscc))
    return found


@bp.get("/disclosure/opened/entries/<entry_id>/withdraw")
@needs(Permission.DISCLOSURE_OPEN)
def withdraw_form(entry_id: str) -> str:
    """What is taken back, and the reason that everybody will read."""
    return _withdraw_page(_own(entry_id), WithdrawForm(formdata=None))


def _withdraw_page(entry: Entry, form: WithdrawForm) -> str:
    return render_template("opened/withdraw.html", entry=entry, form=form, name=_place(entry.estate_code))


@bp.post("/disclosure/opened/entries/<entry_id>/withdraw")
@needs(Permission.DISCLOSURE_OPEN)
def withdraw(entry_id: str) -> Response | tuple[str, int]:
    """Take it back."""
    found, form = _own(entry_id), WithdrawForm()
    if not form.validate():
        return _withdraw_page(found, form), 422
    with transaction() as db:
        service.withdraw(db, actor(), entry_id, reason=form.reason.data or "", on=clock.today())
    flash(_("已撤回。原内容标注“已撤回”并附理由，仍可查看。"), "ok")
    return make_response(redirect(url_for("opened.estate", estate=found.estate_code), 303))


@bp.get("/disclosure/opened/entries/<entry_id>.<any(pdf, jpg):ending>")
@public
def file(entry_id: str, ending: str) -> Response:
    """The public copy that belongs to an entry which still counts."""
    db = request_session()
    row, entry = queries.row(db, entry_id), queries.entry(db, entry_id)
    if row.file_sha256 is None or entry.file != ending or entry.withdrawn:
        abort(404)
    name = f"{row.kind}-{row.happened_on.isoformat()}.{ending}"
    data = io.BytesIO(store().read(row.file_sha256))
    return send_file(data, mimetype=row.file_type, as_attachment=ending == "pdf", download_name=name)
