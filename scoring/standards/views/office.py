"""The checklist for the office: drafts are written by an officer and published by a lead."""

import io
from collections.abc import Callable
from typing import Any

from flask import Response, flash, render_template, request, send_file, url_for
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Permission, require
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, InputRefused, NotAllowed, NotFound
from portal.kernel.i18n import _
from portal.kernel.sheets.read import parse_date, read_sheet
from portal.kernel.sheets.write import write_xlsx
from portal.kernel.web import actor, needs, request_session
from portal.registry import api as registry
from scoring.standards import api, policy, queries, service, sheets, words
from scoring.standards.forms import DetailsForm, ItemForm, NewDraftForm, PublishForm, SheetForm
from scoring.standards.models import StandardVersion
from scoring.standards.views.blueprint import XLSX, bp, see_other

EDIT = needs(Permission.STANDARD_EDIT)
PUBLISH = needs(Permission.STANDARD_PUBLISH)


def _done(form: Any, deed: Callable[[Session], Any]) -> bool:
    """Do the deed in a transaction of its own; a refusal stands on the form, nothing typed is lost."""
    try:
        with transaction() as db:
            deed(db)
    except (NotFound, NotAllowed, InputRefused):
        raise
    except DomainError as error:
        form.form_errors.append(str(error))
        return False
    return True


def _draft(version: str) -> StandardVersion:
    """The draft, for who may edit it; a published version is not found here."""
    row = queries.version_row(request_session(), version)
    if row.published_at is not None:
        raise NotFound(_("检查标准%(version)s已经发布，不能再修改。", version=version))
    require(policy.may_edit(actor(), row))
    return row


@bp.route("/standards/edit", methods=["GET", "POST"])
@EDIT
def edit() -> str | Response | tuple[str, int]:
    """Drafts and published versions; begin a draft."""
    db = request_session()
    published, form = queries.published(db)[::-1], NewDraftForm()
    form.based_on.choices = [(row.version, row.version) for row in published] + [("", _("空白标准"))]
    if form.validate_on_submit():
        named, source = form.version.data.strip(), form.based_on.data or None
        if _done(form, lambda db: service.new_draft(db, actor(), version=named, based_on=source)):
            return see_other(url_for(".draft", version=named))
    page = render_template("standards/edit.html", form=form, drafts=queries.drafts(db), published=published)
    return page, 422 if form.errors else 200


def _details(row: StandardVersion) -> DetailsForm:
    form = DetailsForm(obj=row, kinds=row.kinds.split(",")) if request.method == "GET" else DetailsForm()
    form.kinds.choices = registry.kind_choices()
    return form


def _draft_page(row: StandardVersion, form: DetailsForm, more: list[dict[str, str]] | None = None) -> tuple[str, int]:
    standard = api.view(request_session(), row.version)
    page = render_template(
        "standards/draft.html", standard=standard, form=form, sheet=SheetForm(), more=more or [],
        has_errors=bool(form.errors or more),
    )  # fmt: skip
    return page, 422 if form.errors or more else 200


@bp.route("/standards/edit/<version>", methods=["GET", "POST"])
@EDIT
def draft(version: str) -> Response | tuple[str, int]:
    """One draft: what it is for, its items, its sheet."""
    row = _draft(version)
    form = _details(row)
    if form.validate_on_submit():
        values = {"kinds": form.kinds.data, "reference": form.reference.data or "",
                  "pass_photo_c": form.pass_photo_c.data}  # fmt: skip
        if _done(form, lambda db: service.set_details(db, actor(), version, **values)):
            flash(_("已保存。"), "ok")
            return see_other(url_for(".draft", version=version))
    return _draft_page(row, form)


@bp.get("/standards/edit/<version>/sheet.xlsx")
@EDIT
def draft_sheet(version: str) -> Response:
    """The items of a draft as a sheet that can be brought back."""
    _draft(version)
    names = [column.name for column in sheets.STANDARD.columns]
    rows = ([getattr(item, name) for name in names] for item in queries.items(request_session(), version))
    target = io.BytesIO()
    write_xlsx(target, names, rows, sheets.STANDARD.name)
    target.seek(0)
    return send_file(target, mimetype=XLSX, as_attachment=True, download_name=f"standard-{version}.xlsx")


@bp.post("/standards/edit/<version>/sheet")
@EDIT
def bring_sheet(version: str) -> Response | tuple[str, int]:
    """Replace the items of a draft by a sheet."""
    row, form = _draft(version), SheetForm()
    details = DetailsForm(formdata=None, obj=row, kinds=row.kinds.split(","))
    details.kinds.choices = registry.kind_choices()
    if not form.validate_on_submit():
        return _draft_page(row, details, [{"text": text} for texts in form.errors.values() for text in texts])
    try:
        with transaction() as db:
            sheet = read_sheet(form.file.data.read(), form.file.data.filename or "", sheets.STANDARD)
            sheets.bring(db, actor(), version, sheet)
    except InputRefused as error:
        more = [{"text": str(problem)} for problem in error.problems[:100]]
        return _draft_page(row, details, more or [{"text": error.summary}])
    flash(_("检查项已按表格更新。"), "ok")
    return see_other(url_for(".draft", version=version))


@bp.route("/standards/edit/<version>/add-item", methods=["GET", "POST"])
@EDIT
def add_item(version: str) -> str | Response | tuple[str, int]:
    """Add an item to a draft."""
    _draft(version)
    return _item_page(version, "", ItemForm())


@bp.route("/standards/edit/<version>/items/<item_code>", methods=["GET", "POST"])
@EDIT
def edit_item(version: str, item_code: str) -> str | Response | tuple[str, int]:
    """Change an item of a draft."""
    _draft(version)
    found = next((row for row in queries.items(request_session(), version) if row.item_code == item_code), None)
    if found is None:
        raise NotFound(_("检查标准%(version)s没有检查项%(item)s。", version=version, item=item_code))
    return _item_page(version, item_code, ItemForm(obj=found))


def _stripped(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}


def _item_page(version: str, item_code: str, form: ItemForm) -> str | Response | tuple[str, int]:
    if form.validate_on_submit():
        item = service.ItemInput(
            **_stripped({name: form[name].data for name in service.ItemInput.__dataclass_fields__})
        )
        if item_code and item.item_code != item_code:
            form.item_code.errors = [_("检查项编号不能改。请删除后另加一项。")]
        elif _done(form, lambda db: service.put_item(db, actor(), version, item)):
            flash(_("检查项%(item)s已保存。", item=item.item_code), "ok")
            return see_other(url_for(".draft", version=version, _anchor=f"item-{item.item_code}"))
    page = render_template("standards/item.html", version=version, item_code=item_code, form=form)
    return page, 422 if form.errors else 200


@bp.post("/standards/edit/<version>/items/<item_code>/remove")
@EDIT
def remove_item(version: str, item_code: str) -> Response:
    """Take an item out of a draft."""
    _draft(version)
    with transaction() as db:
        service.remove_item(db, actor(), version, item_code)
    flash(_("检查项%(item)s已删除。", item=item_code), "ok")
    return see_other(url_for(".draft", version=version))


@bp.post("/standards/edit/<version>/discard")
@EDIT
def discard(version: str) -> Response:
    """Throw a draft away."""
    _draft(version)
    with transaction() as db:
        service.discard_draft(db, actor(), version)
    flash(_("草稿%(version)s已删除。", version=version), "ok")
    return see_other(url_for(".edit"))


@bp.get("/standards/publish")
@PUBLISH
def to_publish() -> str:
    """The drafts that can be published."""
    return render_template("standards/to_publish.html", drafts=queries.drafts(request_session()))


@bp.route("/standards/publish/<version>", methods=["GET", "POST"])
@PUBLISH
def publish(version: str) -> str | Response | tuple[str, int]:
    """What the public will see, and from which day; then publish."""
    db, form = request_session(), PublishForm()
    row = queries.version_row(db, version)
    if row.published_at is not None:
        raise NotFound(_("检查标准%(version)s已经发布，不能再修改。", version=version))
    standard, earlier = api.view(db, version), queries.before(db, row)
    if form.validate_on_submit() and _done(form, lambda db: _publish(db, version, form.in_force_from.data)):
        flash(_("检查标准%(version)s已发布。", version=version), "ok")
        return see_other(url_for(".version", version=version))
    found = words.changes(api.view(db, earlier.version), standard) if earlier else []
    page = render_template(
        "standards/publish.html", standard=standard, form=form, changes=found, earlier=earlier and earlier.version
    )
    return page, 422 if form.errors else 200


def _publish(db: Session, version: str, day: str) -> None:
    service.publish(db, actor(), version, in_force_from=parse_date(day.strip()), on=clock.today())
