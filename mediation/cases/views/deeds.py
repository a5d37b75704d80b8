"""What can be done in a case: each deed with its words, its fields, when it is offered and the verb it calls.

``may`` decides what a page offers; the verbs themselves refuse whatever the policy of the case forbids.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from mediation.cases import words
from mediation.cases.forms import choices, filled
from mediation.cases.reading import CaseView
from portal.kernel.access import Actor
from portal.kernel.forms import Form
from portal.kernel.i18n import _, lazy

Fields = Callable[[Session, Actor, CaseView], dict[str, Any]]
Refs = Callable[[Session, Actor, CaseView], Sequence[tuple[str, str]]]


def no_fields(_db: Session, _actor: Actor, _view: CaseView) -> dict[str, Any]:
    """A button alone."""
    return {}


def one(_db: Session, _actor: Actor, _view: CaseView) -> Sequence[tuple[str, str]]:
    """The deed is done once to the case as a whole."""
    return [("-", "")]


@dataclass(frozen=True)
class Deed:
    """A deed. ``refs`` are what it is done to within the case: (id, words); ``call(db, actor, view, ref, values)``."""

    name: str
    title: Any
    may: Callable[[CaseView], bool]
    call: Callable[[Session, Actor, CaseView, str, dict[str, Any]], object]
    fields: Fields = no_fields
    refs: Refs = one
    hint: Any = ""
    danger: bool = False
    button: Any = ""
    told: Any = field(default_factory=lambda: lazy("已办理。"))


@dataclass(frozen=True)
class Offered:
    """A deed as a page offers it."""

    deed: Deed
    ref: str
    about: str
    form: Any

    @property
    def is_said(self) -> bool:
        """Whether ``about`` is what somebody wrote or is called, rather than words of the portal."""
        return self.deed.name in ("prove", "keep", "keep_noted", "break", "demand")


def text(name: str, label: Any, rows: int = 3) -> Fields:
    """A text that is needed."""

    def fields(_db: Session, _actor: Actor, _view: CaseView) -> dict[str, Any]:
        return {name: TextAreaField(label, [filled(lazy("请填写内容。")), Length(max=4000)], render_kw={"rows": rows})}

    return fields


def coded(label: Any, codes: dict[str, Any]) -> Fields:
    """A coded reason, and the same in writing."""

    def fields(db: Session, actor: Actor, view: CaseView) -> dict[str, Any]:
        pairs = [("", _("请选择")), *((code, str(said)) for code, said in codes.items())]
        chosen = SelectField(label, [filled(lazy("请选择。"))], choices=choices(pairs))
        return {"code": chosen, **text("reason", lazy("理由（写进文书）"))(db, actor, view)}

    return fields


def court(_db: Session, _actor: Actor, _view: CaseView) -> dict[str, Any]:
    """A court and the number of its document."""
    needed = [filled(lazy("请填写内容。")), Length(max=100)]
    return {"court": StringField(lazy("法院"), needed), "number": StringField(lazy("文书编号"), needed)}


def form_of(deed: Deed, db: Session, actor: Actor, view: CaseView, ref: str, *, is_sent: bool) -> Form:
    """The form of a deed; names are its own, since many stand on one page."""
    kind = type("DeedForm", (Form,), {"seen": HiddenField(), **deed.fields(db, actor, view)})
    more: dict[str, Any] = {} if is_sent else {"formdata": None, "data": {"seen": view.seq}}
    found: Form = kind(prefix=f"{deed.name}-{ref}-", meta={"csrf": False}, **more)
    return found


def offered(deeds: Sequence[Deed], db: Session, actor: Actor, view: CaseView) -> list[Offered]:
    """What a person may do now, in the order of the list."""
    return [
        Offered(deed, ref, about, form_of(deed, db, actor, view, ref, is_sent=False))
        for deed in deeds
        if deed.may(view)
        for ref, about in deed.refs(db, actor, view)
    ]


def is_registrar(*states: str, track: str = "") -> Callable[[CaseView], bool]:
    """The office, in some states."""
    return lambda view: view.who.part == "registrar" and view.state in states and track in ("", view.track)


def is_mediator(*states: str) -> Callable[[CaseView], bool]:
    """The mediator, in some states."""
    return lambda view: view.who.part == "mediator" and view.state in states


def is_party(*states: str, side: str = "") -> Callable[[CaseView], bool]:
    """A party, in some states."""
    return lambda view: view.who.is_party and view.state in states and side in ("", view.who.side)


def mediators(view: CaseView) -> list[str]:
    """Who mediates now, by login."""
    return [one.login for one in view.assigned if one.part == "mediator"]


def side_name(side: str) -> str:
    """A side in the reader's language."""
    return str(words.SIDE_NAMES[side])


def seen_of(said: dict[str, Any]) -> int:
    """The step that the form showed; none that exists when somebody changed it."""
    kept = str(said.get("seen") or "")
    return int(kept) if kept.isdecimal() and len(kept) < 9 else 0
