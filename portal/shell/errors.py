"""Errors become answers here, once: a page for people, problem+json (RFC 9457) for programs."""

import errno
import json
import logging
import secrets

from flask import Flask, Response, current_app, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, NoResultFound, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException

from portal.kernel.errors import Conflict, DomainError, InputRefused, NotAllowed, NotFound
from portal.kernel.files_store import FileDamaged
from portal.kernel.i18n import _, language

log = logging.getLogger(__name__)

AWAY = (OperationalError, InterfaceError, NoConnection)  # no database, none in time, or one that cannot write
_NO_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
AGAIN_AFTER = 30  # seconds


def wants_json() -> bool:
    """Whether a program asks: the API, or an address that ends in .json."""
    return request.path.startswith("/api/") or request.path.endswith(".json")


def _heading(code: int) -> str:
    headings = {
        400: _("请求有误"),
        403: _("没有权限"),
        404: _("没有找到这个页面"),
        405: _("不能这样访问"),
        409: _("现在不能办理"),
        413: _("文件太大"),
        422: _("内容有误，没有保存"),
        429: _("请求太多"),
        503: _("系统暂时不能办理"),
    }
    return headings.get(code, _("系统出错了"))


def _sentence(code: int) -> str:
    sentences = {
        400: _("页面可能已过期，请返回上一页刷新后重试。"),
        403: _("您没有办理此事项的权限。工作需要时，请联系系统管理员。"),
        404: _("没有找到这个页面。可能是地址有误，也可能是内容已按规定撤下。"),
        405: _("请从页面上的按钮或链接进入。"),
        413: _("上传的文件超过了限制，没有保存。请压缩后再传。"),
        503: _("数据库或磁盘暂时不能使用，刚才的内容可能没有保存。请1分钟后刷新页面，先看是否已经办成，再重新提交。"),
    }
    return sentences.get(code, _("系统暂时不能处理，请稍后再试。您填写的内容没有保存。"))


def answer(code: int, sentence: str = "", cells: list[dict[str, str]] | None = None, reference: str = "") -> Response:
    """The error as a page or as problem+json."""
    sentence = sentence or _sentence(code)
    if wants_json():
        problem = {"type": "about:blank", "title": _heading(code), "status": code, "detail": sentence}
        if cells:
            problem["errors"] = cells
        open_to_all = {"Access-Control-Allow-Origin": "*"} if request.path.startswith("/api/") else None
        text = json.dumps(problem, ensure_ascii=False)
        return Response(text, code, open_to_all, content_type="application/problem+json")
    page = render_template(
        "layout/error.html", code=code, heading=_heading(code), sentence=sentence, cells=cells, reference=reference
    )
    return Response(page, code)


def sign_in_first() -> Response:
    """Nobody is signed in: show the door, and come back to a page afterwards."""
    if wants_json() or request.method != "GET":
        return answer(403)
    return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))  # type: ignore[return-value]


def verify_first() -> Response:
    """No owner's session: show the owners' door. A deed is refused: what was typed belonged to a session that is over."""
    if wants_json() or request.method != "GET":
        return answer(403, _("您的业主登录已经结束，请重新认证后再办理。"))
    return redirect(url_for("owners.start"))  # type: ignore[return-value]


def enter_first() -> Response:
    """No party of a case: show where a code is given. A deed is refused."""
    if wants_json() or request.method != "GET":
        return answer(403, _("您已经离开案件，请用新的入门码进入后再办理。"))
    return redirect(url_for("mediation_cases.enter_form"))  # type: ignore[return-value]


def _refused(error: InputRefused) -> Response:
    cells = [{"cell": problem.cell, "text": problem.message} for problem in error.problems[:200]]
    return answer(422, error.summary, cells)


def _unexpected(error: Exception) -> Response:
    reference = secrets.token_hex(4)
    log.exception("unexpected_error", extra={"reference": reference}, exc_info=error)
    try:
        return answer(500, reference=reference)
    except Exception:  # noqa: BLE001  the frame of the page asks the database, which may be what is wrong
        return _bare(500, reference)


def _away(error: Exception) -> Response:
    """The database or the disk is away for now: nothing was done, unless the answer to the commit itself was lost."""
    reference = secrets.token_hex(4)
    log.exception("not_available", extra={"reference": reference}, exc_info=error)
    told = answer(503, reference=reference) if wants_json() else _bare(503, reference)
    told.headers["Retry-After"] = str(AGAIN_AFTER)
    told.headers["Cache-Control"] = "no-store"
    return told


def _bare(code: int, reference: str) -> Response:
    """An error page that asks nobody anything."""
    page = current_app.jinja_env.get_template("layout/bare.html")
    shown = {"code": code, "heading": _heading(code), "sentence": _sentence(code), "reference": reference}
    return Response(page.render(language=language(), **shown), code)


def _on_disk(error: OSError) -> Response:
    if error.errno in _NO_DISK:
        return _away(error)
    if current_app.testing:
        raise error
    return _unexpected(error)


def _by_the_web(error: HTTPException) -> Response:
    """With what the status asks to be told beside it: 405 the methods that are allowed, 416 the range."""
    told = answer(error.code or 500)
    for name, value in error.get_headers(request.environ):
        if name.casefold() != "content-type":
            told.headers[name] = value
    return told


def register(app: Flask) -> None:
    """Connect the errors of the domain and of the web to their answers."""
    app.register_error_handler(NotFound, lambda error: answer(404, str(error)))
    app.register_error_handler(NoResultFound, lambda _error: answer(404))
    app.register_error_handler(NotAllowed, lambda error: answer(403, str(error)))
    app.register_error_handler(Conflict, lambda error: answer(409, str(error)))
    app.register_error_handler(InputRefused, _refused)
    app.register_error_handler(FileDamaged, lambda error: answer(500, str(error)))
    app.register_error_handler(DomainError, lambda error: answer(409, str(error)))
    app.register_error_handler(CSRFError, lambda _error: answer(400))
    for away in AWAY:
        app.register_error_handler(away, _away)
    app.register_error_handler(OSError, _on_disk)
    app.register_error_handler(HTTPException, _by_the_web)
    if not app.testing:
        app.register_error_handler(Exception, _unexpected)
