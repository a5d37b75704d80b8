"""A topic as Atom (RFC 4287)."""

from xml.etree.ElementTree import Element, SubElement, tostring

from portal.kernel import clock
from portal.kernel.settings import settings
from portal.shell.feeds.topics import Entry, Topic

SPACE = "http://www.w3.org/2005/Atom"


def _put(parent: Element, name: str, text: str = "", **attributes: str) -> None:
    made = SubElement(parent, name, attributes)
    made.text = text or None


def identity(entry_id: str) -> str:
    """A name for an entry that never changes (RFC 4151)."""
    host = settings().base_url.split("://")[-1].split("/")[0].split(":")[0]
    return f"tag:{host},2026:{entry_id}"


def feed(topic: Topic, entries: list[Entry], address: str, prefix: str, name: str) -> bytes:
    """The feed. ``prefix`` is the address of the portal in the reader's language, ``name`` who publishes."""
    top = Element("feed", {"xmlns": SPACE, "xml:lang": "en" if prefix.endswith("/en") else "zh-CN"})
    _put(top, "id", identity(f"feed/{topic.code}"))
    _put(top, "title", topic.title)
    # a feed without entries has been as it is for ever
    newest = entries[0].at if entries else None
    _put(top, "updated", clock.instant_text(newest) if newest else "2025-01-01T00:00:00Z")
    _put(top, "link", rel="self", href=address)
    _put(top, "link", rel="alternate", href=f"{prefix}{topic.path}")
    author = SubElement(top, "author")
    _put(author, "name", name)
    for one in entries:
        made = SubElement(top, "entry")
        _put(made, "id", identity(one.id))
        _put(made, "title", one.title)
        _put(made, "updated", clock.instant_text(one.at))
        _put(made, "link", rel="alternate", href=f"{prefix}{one.path}")
        _put(made, "summary", one.text)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(top, encoding="utf-8")
