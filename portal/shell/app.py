"""The application: settings, slices, the door that checks every route, security headers, and the two languages."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, request, session
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers.response import Response as AnyResponse

from disclosure.owners import api as owners
from mediation.cases import api as mediation
from portal.accounts import api as accounts
from portal.kernel import clock, formats, i18n
from portal.kernel.errors import NotAllowed
from portal.kernel.flags import Flag, flags
from portal.kernel.nav import NavEntry
from portal.kernel.points import print_short
from portal.kernel.settings import settings
from portal.kernel.web import (
    OWNER_ACCESS,
    PARTY_ACCESS,
    PUBLIC_ACCESS,
    SIGNED_IN,
    close_request_session,
    cookie_name,
    request_session,
)
from portal.shell import errors, frame, health, metrics, observing, wiring
from portal.shell.compiled import CompiledTemplates
from portal.shell.public.kept.answers import CACHED, KeptAnswers

ENGLISH = "/en"
SESSION_COOKIE = "portal_session"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS = "max-age=31536000"


class EnglishTwin:
    """Moves a leading ``/en`` from the path into SCRIPT_NAME: every address has its English twin, and links keep it."""

    def __init__(self, wrapped: Any):
        self.wrapped = wrapped

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        path = environ.get("PATH_INFO", "")
        if path == ENGLISH or path.startswith(ENGLISH + "/"):
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + ENGLISH
            environ["PATH_INFO"] = path[len(ENGLISH) :] or "/"
        return self.wrapped(environ, start_response)


@cache
def _static_version(folder: str, filename: str) -> str:
    return hashlib.sha256((Path(folder) / filename).read_bytes()).hexdigest()[:10]


def _url_for(app: Flask) -> Any:
    """``url_for`` for templates: static files have one address in both languages, with their content's hash."""

    def url_for(endpoint: str, **values: Any) -> str:
        if endpoint == "static":
            version = _static_version(str(app.static_folder), values["filename"])
            return f"/static/{values['filename']}?v={version}"
        return app.url_for(endpoint, **values)

    return url_for


def declared_access(app: Flask) -> dict[str, Any]:
    """What each endpoint declares about who may come; static files are public."""
    return {name: getattr(view, "access", None) for name, view in app.view_functions.items() if name != "static"}


def _refuse_undeclared(app: Flask) -> None:
    undeclared = sorted(name for name, access in declared_access(app).items() if access is None)
    if undeclared:
        raise RuntimeError(f"routes that declare no access: {', '.join(undeclared)}")


def _before() -> AnyResponse | None:
    """Language and door of every request."""
    i18n.set_language("en" if request.script_root.endswith(ENGLISH) else "zh")
    g.actor = None
    request.environ[observing.ENDPOINT] = request.endpoint or "none"
    if request.endpoint is None or request.endpoint == "static":
        return None
    access = getattr(current_app.view_functions[request.endpoint], "access", None)
    g.access = access
    if access == PUBLIC_ACCESS:
        return None
    if access == OWNER_ACCESS:
        g.owner = owners.owner_for_session(request_session(), request.cookies.get(cookie_name(owners.COOKIE), ""))
        return None if g.owner else errors.verify_first()
    if access == PARTY_ACCESS:
        g.actor = mediation.party_of_session(request_session(), session.get(mediation.PARTY_SESSION))
        return None if g.actor else errors.enter_first()
    token = request.cookies.get(cookie_name(SESSION_COOKIE), "")
    g.actor = accounts.actor_for_session(request_session(), token) if token else None
    if g.actor is None:
        return errors.sign_in_first()
    if access != SIGNED_IN and not g.actor.may(access):
        raise NotAllowed(i18n.gettext("您没有办理此事项的权限。工作需要时，请联系系统管理员。"))
    return None


def _refuse_zeroes() -> Response | None:
    """No text that people write holds a NUL, and PostgreSQL takes none: it is refused before anything is asked for it."""
    if any("\x00" in text for text in (request.path, *(text for _name, text in request.args.items(multi=True)))):
        return errors.answer(
            400, i18n.gettext("地址里有不允许的字符（%(sign)s）。请检查地址，或者从首页重新进入。", sign="%00")
        )
    if request.method == "POST" and any("\x00" in text for _name, text in request.form.items(multi=True)):
        return errors.answer(400, i18n.gettext("填写的内容里有不允许的字符（U+0000）。请返回上一页重新输入。"))
    return None


def _after(response: Response) -> Response:
    """Security headers everywhere; public pages may be cached and answer 304, all else is private."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if settings().secure_cookies:  # the portal stands behind https: browsers need not try anything else
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    if request.endpoint == "static":
        kept = "public, max-age=31536000, immutable" if response.status_code in (200, 206, 304) else "no-store"
        response.headers["Cache-Control"] = kept
    elif getattr(g, "access", None) == PUBLIC_ACCESS and request.method in ("GET", "HEAD"):
        if response.status_code == 200 and not response.is_streamed:
            response.headers.setdefault("Cache-Control", CACHED)
            response.add_etag()
            response.make_conditional(request)
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _flags_of(
    refs: Iterable[str], as_of: date | None = None, known_at: datetime | None = None
) -> Mapping[str, tuple[Flag, ...]]:
    """For templates: the flags of the records that a page shows, by reference, in one question."""
    return flags(request_session(), set(refs), as_of, known_at)


def _prepare_templates(app: Flask) -> None:
    app.jinja_env.bytecode_cache = CompiledTemplates(settings().instance / "templates")
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        _=i18n.gettext,
        gettext=i18n.gettext,
        ngettext=i18n.ngettext,
        cp_short=print_short,
        today=clock.today,
        flags_of=_flags_of,
        url_for=_url_for(app),
        **formats.GLOBALS,
    )
    app.jinja_env.filters.update(formats.FILTERS)
    app.jinja_env.tests["has_chinese"] = formats.has_chinese


def create_app(testing: bool = False, keep_answers: bool | None = None) -> Flask:
    """A ready application on the configured database. Public answers are kept in memory, in tests only when asked for."""
    app = Flask("portal.shell", static_url_path="/static")
    app.testing = testing
    app.config.update(
        SECRET_KEY=settings().secret_key,
        SESSION_COOKIE_NAME=cookie_name("portal_form"),
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings().secure_cookies,
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        KEEP_ANSWERS=not testing if keep_answers is None else keep_answers,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.before_request(_before)  # first: who may not come is told so, in the language of the address, form token or not
    CSRFProtect(app)
    app.before_request(_refuse_zeroes)
    _prepare_templates(app)
    wiring.wire()
    entries: list[NavEntry] = []
    for feature in wiring.features():
        feature.register(app)
        entries.extend(getattr(feature, "NAV", []))
    health.register(app)
    metrics.register(app)
    frame.register(app, entries)
    errors.register(app)
    app.after_request(_after)
    app.teardown_request(close_request_session)
    if app.config["KEEP_ANSWERS"]:  # within the twins: it sees the address without the prefix of the language
        app.wsgi_app = KeptAnswers(app.wsgi_app)  # type: ignore[method-assign]
    app.wsgi_app = EnglishTwin(app.wsgi_app)  # type: ignore[method-assign]
    if hops := settings().trusted_proxies:  # only then do the proxy's headers say who asks
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.wsgi_app = observing.Observed(app.wsgi_app)  # type: ignore[method-assign]
    _refuse_undeclared(app)
    return app
