"""The strict test client: every page any test looks at is held to the rules of good HTML."""

from collections import Counter
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def faults(html: str) -> list[str]:
    """What is wrong with a page: one h1, a title, a language, labelled fields, CSRF in each POST form, unique ids,
    nothing inline that the content security policy would refuse."""
    page = BeautifulSoup(html, "lxml")
    found = []
    headings = page.find_all("h1")
    if len(headings) != 1:
        found.append(f"{len(headings)} h1 headings instead of one")
    if page.title is None or not page.title.get_text(strip=True):
        found.append("no title")
    if page.html is None or not page.html.get("lang"):
        found.append("no lang on html")
    found += [f"id {name!r} occurs {count} times" for name, count in _ids(page).items() if count > 1]
    found += [
        f"POST form {form.get('action', '')!r} has no csrf_token" for form in _post_forms(page) if not _has_csrf(form)
    ]
    found += [f"inline {element.name}" for element in page.find_all(["script", "style"]) if _is_inline(element)]
    for element in page.find_all(True):
        inline = [name for name in element.attrs if name == "style" or name.startswith("on")]
        found += [f"inline {name} on <{element.name}>" for name in inline]
    found += [f"image without alt: {image.get('src')}" for image in page.find_all("img") if image.get("alt") is None]
    found += [f"field without label: {field.get('name')}" for field in _fields(page) if not _is_labelled(page, field)]
    return found


def _ids(page: BeautifulSoup) -> Counter[str]:
    return Counter(str(element["id"]) for element in page.find_all(id=True))


def _post_forms(page: BeautifulSoup) -> list[Tag]:
    return [form for form in page.find_all("form") if str(form.get("method", "get")).lower() == "post"]


def _has_csrf(form: Tag) -> bool:
    token = form.find("input", attrs={"name": "csrf_token"})
    return token is not None and bool(token.get("value"))


def _is_inline(element: Tag) -> bool:
    if element.name == "style":
        return True
    return not element.get("src") and element.get("type") not in ("application/json", "application/ld+json")


def _fields(page: BeautifulSoup) -> list[Tag]:
    hidden = ("hidden", "submit", "button", "image", "reset")
    return [field for field in page.find_all(["input", "select", "textarea"]) if field.get("type") not in hidden]


def _is_labelled(page: BeautifulSoup, field: Tag) -> bool:
    if field.get("aria-label") or field.get("aria-labelledby") or field.find_parent("label"):
        return True
    return bool(field.get("id")) and page.find("label", attrs={"for": field["id"]}) is not None


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

    def page(self, path: str, status: int = 200) -> BeautifulSoup:
        """The parsed page at an address that must answer with ``status``."""
        response = self.get(path)
        assert response.status_code == status, f"{path}: {response.status_code}, expected {status}"
        return BeautifulSoup(response.get_data(as_text=True), "lxml")
