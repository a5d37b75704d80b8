"""What the registry's pages share: the blueprint, paging, saving a form, sending a table, and who sees what."""

import io
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.kernel.access import Actor
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError, NotAllowed, NotFound
from portal.kernel.i18n import _
from portal.kernel.sheets.write import write_csv, write_xlsx
from portal.kernel.web import actor, page_asked, request_session
from portal.registry import policy, queries
from portal.registry.forms import CellsForm
from portal.registry.models import EstateFacts
from portal.registry.service.refusals import FieldRefused
from portal.registry.tables import Table

bp = Blueprint("registry", __name__, url_prefix="/registry", template_folder="../templates")
PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page_number() -> int:
    """The page asked for, from 1."""
    return page_asked()


def window() -> dict[str, Any]:
    """Limit and offset of the page asked for."""
    return {"limit": PAGE, "offset": (page_number() - 1) * PAGE}


def pages_of(total: int) -> int:
    """How many pages there are, at least one."""
    return max(1, -(-total // PAGE))


def asked(*names: str) -> dict[str, str]:
    """The named filters of the address, as typed."""
    return {name: request.args.get(name, "").strip() for name in names}


def sent(table: Table, ending: str) -> Response:
    """A table as a file: csv or xlsx, with formulas disarmed."""
    target = io.BytesIO()
    if ending == "csv":
        write_csv(target, table.header, table.rows)
    else:
        write_xlsx(target, table.header, table.rows, table.name)
    response = Response(target.getvalue(), mimetype="text/csv" if ending == "csv" else XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{table.name}.{ending}"'
    return response


def saved(form: CellsForm, deed: Callable[[Session], Any]) -> bool:
    """Do the deed in a transaction of its own; what the domain refuses stands on the form."""
    try:
        with transaction() as db:
            deed(db)
    except (NotAllowed, NotFound):
        raise
    except FieldRefused as error:
        form.refuse(error.field, str(error))
    except IntegrityError:
        form.refuse("", _("数据与已有记录冲突，没有保存。请刷新后重试。"))
    except DomainError as error:
        form.refuse("", str(error))
    return not form.errors


def status(form: CellsForm) -> int:
    """200 for a form that is shown, 422 for one that comes back."""
    return 422 if form.errors else 200


def seen_estate(code: str, for_editing: bool = False) -> EstateFacts:
    """The current facts of an estate; for those outside its jurisdiction there is no such estate."""
    row = queries.current_estate(request_session(), code)
    allowed = policy.may_edit_estate if for_editing else policy.may_read_estate
    if not allowed(actor(), row.division_code):
        raise NotFound(_("没有编号为“%(value)s”的小区。", value=code))
    return row


def division_choices(db: Session, who: Actor) -> list[tuple[str, str]]:
    """The communities that a person keeps, with their streets' names."""
    areas = {row.code: row for row in queries.division_rows(db)}
    communities = [row for row in areas.values() if row.level == "community" and who.covers(row.code)]
    return [(row.code, place_name(areas, row.code)) for row in communities]


def place_name(areas: Mapping[str, Any], code: str) -> str:
    """An area with the street above it: 新安街道海乐社区."""
    area = areas.get(code)
    if area is None:
        return code
    above = areas.get(area.parent_code) if area.level == "community" else None
    return f"{above.name}{area.name}" if above else str(area.name)


def prefill(form: CellsForm, values: Mapping[str, Any]) -> None:
    """Show what is recorded in a form that was not sent yet."""
    if request.method == "GET":
        texts = {name: "" if value is None else str(value) for name, value in values.items()}
        form.process(MultiDict(texts))


def query_text() -> str:
    """The filters of this page as they stand in its address, for the links to its exports."""
    text = request.query_string.decode()
    return f"?{text}" if text else ""
