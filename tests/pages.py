"""The strict test client: every page any test looks at is held to the rules of good HTML."""

import secrets
from collections import Counter
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from werkzeug.test import TestResponse

_UTF8 = HTMLParser(encoding="utf-8")


def faults(html: str) -> list[str]:
    """What is wrong with a page: one h1, a title, a language, labelled fields, CSRF in each POST form, unique ids,
    nothing inline that the content security policy would refuse. Read by lxml alone, since every answer passes here."""
    page = document_fromstring(html.encode(), parser=_UTF8)
    elements = [element for element in page.iter() if isinstance(element.tag, str)]
    found = []
    headings = sum(element.tag == "h1" for element in elements)
    if headings != 1:
        found.append(f"{headings} h1 headings instead of one")
    if not page.xpath("string(//title)").strip():
        found.append("no title")
    if not page.get("lang"):
        found.append("no lang on html")
    found += [f"id {name!r} occurs {count} times" for name, count in _ids(elements).items() if count > 1]
    found += [f"POST form {form.get('action', '')!r} has no csrf_token" for form in _bare_post_forms(elements)]
    found += [f"inline {element.tag}" for element in elements if _is_inline(element)]
    for element in elements:
        inline = [name for name in element.keys() if name == "style" or name.startswith("on")]  # noqa: SIM118 (an element is not a dict)
        found += [f"inline {name} on <{element.tag}>" for name in inline]
        if element.tag == "img" and element.get("alt") is None:
            found.append(f"image without alt: {element.get('src')}")
    labels = {element.get("for") for element in elements if element.tag == "label"}
    found += [
        f"field without label: {field.get('name')}" for field in _fields(elements) if not _is_labelled(field, labels)
    ]
    return found


def _ids(elements: list[HtmlElement]) -> Counter[str]:
    return Counter(str(name) for element in elements if (name := element.get("id")) is not None)


def _bare_post_forms(elements: list[HtmlElement]) -> list[HtmlElement]:
    forms = [form for form in elements if form.tag == "form" and str(form.get("method", "get")).lower() == "post"]
    return [
        form for form in forms if not any(token.get("value") for token in form.iterfind(".//input[@name='csrf_token']"))
    ]


def _is_inline(element: HtmlElement) -> bool:
    if element.tag != "script":
        return bool(element.tag == "style")
    return not element.get("src") and element.get("type") not in ("application/json", "application/ld+json")


def _fields(elements: list[HtmlElement]) -> list[HtmlElement]:
    hidden = ("hidden", "submit", "button", "image", "reset")
    fields = [element for element in elements if element.tag in ("input", "select", "textarea")]
    return [field for field in fields if field.get("type") not in hidden]


def _is_labelled(field: HtmlElement, labels: set[str | None]) -> bool:
    if field.get("aria-label") or field.get("aria-labelledby") or next(field.iterancestors("label"), None) is not None:
        return True
    return bool(field.get("id")) and field.get("id") in labels


class StrictClient(FlaskClient):
    """Flask's test client that reads each HTML answer to a GET before the test does.

    ``client.get(..., strict=False)`` is for answers that are wrong on purpose. ``page(path)`` gives the parsed page.
    """

    def open(self, *args: Any, strict: bool = True, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        is_read = kwargs.get("method", "GET") == "GET"
        if strict and is_read and response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 304):
            wrong = faults(response.get_data(as_text=True))
            assert not wrong, f"{response.request.path}: " + "; ".join(wrong)
        return response

    def submit(
        self, path: str, data: dict[str, Any] | None = None, page: str | None = None, **kwargs: Any
    ) -> TestResponse:
        """Post a form as a browser does: the CSRF token comes from the page it stands on (``page``, else ``path``)."""
        token = self.page(page or path).find("input", attrs={"name": "csrf_token"})
        assert isinstance(token, Tag), f"{page or path} holds no form"
        return self.post(path, data={"csrf_token": token["value"], **(data or {})}, **kwargs)

    def token(self) -> str:
        """A form token of this client's session, as every form that it is shown carries it, without looking at a page."""
        with self.session_transaction() as session:
            secret = session.setdefault("csrf_token", secrets.token_hex(20))
        return str(URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token").dumps(secret))

    def page(self, path: str, status: int = 200) -> BeautifulSoup:
        """The parsed page at an address that must answer with ``status``."""
        response = self.get(path)
        assert response.status_code == status, f"{path}: {response.status_code}, expected {status}"
        return BeautifulSoup(response.get_data(as_text=True), "lxml")
