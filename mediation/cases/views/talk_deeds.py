"""Deeds of parties and of the mediator."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy.orm import Session
from wtforms import DateField, RadioField, SelectField, TextAreaField, TimeField
from wtforms.validators import Length

from mediation.cases import words
from mediation.cases.forms import choices, filled
from mediation.cases.models.record import IN_FORCE, TALKING
from mediation.cases.reading import CaseView
from mediation.cases.service import accepting, agreeing, assigning, closing, fairness, parties, performing, sessions
from mediation.cases.views.deeds import Deed, coded, is_mediator, is_party, mediators, seen_of, text
from mediation.cases.views.office_deeds import candidates_field, plain_verb, seen_verb
from mediation.roster import api as roster
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.errors import DomainError
from portal.kernel.formats import instant_text
from portal.kernel.i18n import _, lazy

Said = dict[str, Any]
ASKING = ("consent_pending", "mediating", "extended")


def _yes_no(_db: Session, _actor: Actor, _view: CaseView) -> dict[str, Any]:
    pairs = [("yes", lazy("同意")), ("no", lazy("不同意"))]
    return {"yes": RadioField(lazy("您的答复"), [filled(lazy("请选择。"))], choices=choices(pairs))}


def _asks(db: Session, _actor: Actor, view: CaseView) -> Sequence[tuple[str, str]]:
    found = []
    for one in view.asks:
        is_mine = view.who.side in one.sides and view.who.party_id not in one.answers
        asked = "consent_pending" if one.purpose == "mediate" else "mediating"
        if (
            one.verdict is None
            and is_mine
            and (view.state == asked or (asked == "mediating" and view.state == "extended"))
        ):
            named = roster.names(db, [one.ref]).get(one.ref, "") if one.purpose == "mediator" else ""
            found.append((one.id, f"{words.PURPOSE_NAMES[one.purpose]}{_('：') if named else ''}{named}"))
    return found


def _answer(db: Session, actor: Actor, _view: CaseView, ref: str, said: Said) -> None:
    accepting.answer(db, actor, ref, said["yes"] == "yes")


def _stop(db: Session, actor: Actor, view: CaseView, _ref: str, said: Said) -> None:
    agreeing.terminate(db, actor, view.id, "withdrawal", said["reason"], seen=seen_of(said))


def _nominate(db: Session, actor: Actor, view: CaseView, _ref: str, said: Said) -> None:
    assigning.nominate(db, actor, view.id, said["login"])


def _unmediated(view: CaseView) -> bool:
    return is_party("mediating", "extended")(view) and not mediators(view)


def _theirs(db: Session, _actor: Actor, view: CaseView) -> Sequence[tuple[str, str]]:
    logins = [one.login for one in view.assigned]
    named = roster.names(db, logins)
    return [(login, named.get(login, login)) for login in logins]


def _recuse(cause: str) -> Any:
    def call(db: Session, actor: Actor, view: CaseView, ref: str, _said: Said) -> None:
        assigning.recuse(db, actor, view.id, ref if cause == "demand" else actor.login, cause)

    return call


def _promised(*steps: str, own: bool | None = None) -> Any:
    def refs(db: Session, actor: Actor, view: CaseView) -> Sequence[tuple[str, str]]:
        return [
            (one.id, one.term.act if one.term else "")
            for one in performing.promises(db, actor, view.id)
            if one.step in steps and (own is None or (one.side == view.who.side) is own)
        ]

    return refs


def _late(db: Session, actor: Actor, view: CaseView) -> Sequence[tuple[str, str]]:
    own = view.who.side if view.who.is_party else ""
    return [
        (one.id, one.term.act if one.term else "")
        for one in performing.promises(db, actor, view.id)
        if one.step in ("made", "proved") and one.side != own and one.due_on < clock.today()
    ]


def _both(*states: str) -> Any:
    return lambda view: is_party(*states)(view) or is_mediator(*states)(view)


def _others(view: CaseView) -> bool:
    side = [one for one in view.parties if one.side == view.who.side and one.left_on is None]
    return is_party("submitted", "acceptance_check", *ASKING)(view) and len(side) > 1


def _leave(db: Session, actor: Actor, view: CaseView, _ref: str, _said: Said) -> None:
    parties.leave(db, actor, view.who.party_id)


def _same_side(_db: Session, _actor: Actor, view: CaseView) -> dict[str, Any]:
    pairs = [("", _("自己表态"))]
    for one in view.parties:
        if one.side == view.who.side and not one.is_me and one.left_on is None and one.spoken_for_by is None:
            pairs.append((one.id, one.name or one.uscc or ""))
    return {"speaker": SelectField(lazy("由谁代表"), choices=choices(pairs))}


def _speak(db: Session, actor: Actor, view: CaseView, _ref: str, said: Said) -> None:
    parties.speak_for(db, actor, view.who.party_id, said["speaker"] or None)


def _when(_db: Session, _actor: Actor, view: CaseView) -> dict[str, Any]:
    places = [(one.code, one.name) for one in roster.places(_db, clock.today())]
    return {
        "wall": SelectField(
            lazy("谁参加"), [filled(lazy("请选择。"))],
            choices=choices([("joint", lazy("双方")), ("applicant", lazy("只有申请人")), ("respondent", lazy("只有被申请人"))]),
        ),
        "place": SelectField(lazy("会议室"), [filled(lazy("请选择会议室。"))], choices=choices(places)),
        "day": DateField(lazy("日期"), [filled(lazy("请填写日期。"))]),
        "start": TimeField(lazy("开始时间"), [filled(lazy("请填写时间。"))]),
        "end": TimeField(lazy("结束时间"), [filled(lazy("请填写时间。"))]),
    }  # fmt: skip


def _span(said: Said) -> tuple[datetime, datetime]:
    def at(hour: time) -> datetime:
        return datetime.combine(said["day"], hour, tzinfo=clock.DISTRICT)

    return at(said["start"]), at(said["end"])


def _book(db: Session, actor: Actor, view: CaseView, _ref: str, said: Said) -> None:
    sessions.book(db, actor, view.id, said["wall"], said["place"], *_span(said))


def _move(db: Session, actor: Actor, _view: CaseView, ref: str, said: Said) -> None:
    sessions.move(db, actor, ref, said["place"], *_span(said))


def _moved(db: Session, actor: Actor, view: CaseView) -> dict[str, Any]:
    return {name: one for name, one in _when(db, actor, view).items() if name != "wall"}


def _booked(is_begun: bool | None = None) -> Any:
    def refs(db: Session, actor: Actor, view: CaseView) -> Sequence[tuple[str, str]]:
        return [
            (one.id, f"{instant_text(one.starts_at)} {words.WALL_NAMES[one.wall]}")
            for one in sessions.sessions(db, actor, view.id)
            if one.step in ("booked", "moved") and is_begun in (None, one.starts_at <= clock.now())
        ]

    return refs


def _of_session(verb: Any, *names: str) -> Any:
    def call(db: Session, actor: Actor, _view: CaseView, ref: str, said: Said) -> object:
        return verb(db, actor, ref, *(said[name] for name in names))

    return call


def _no_recording(db: Session, actor: Actor, session_id: str) -> None:
    sessions.record_session(db, actor, session_id)


def _ground_fit(db: Session, actor: Actor, view: CaseView, _ref: str, said: Said) -> None:
    if said["code"] not in words.GROUNDS:
        raise DomainError(_("请选择。"))
    agreeing.terminate(db, actor, view.id, said["code"], said["reason"], seen=seen_of(said))


def _questions(_db: Session, _actor: Actor, _view: CaseView) -> dict[str, Any]:
    pairs = choices(words.ANSWER_NAMES.items())
    asked: dict[str, Any] = {
        name: RadioField(label, [filled(lazy("请选择。"))], choices=pairs)
        for name, label in words.QUESTION_NAMES.items()
    }
    return {**asked, "remark": TextAreaField(lazy("还想说的话"), [Length(max=fairness.LONGEST)], render_kw={"rows": 3})}


def _stages(db: Session, actor: Actor, view: CaseView) -> Sequence[tuple[str, str]]:
    author = fairness.author_of(actor, view.who)
    return [(stage, str(words.STAGE_NAMES[stage])) for stage in fairness.open_stages(db, view.id, view.who, author)]


def _opine(db: Session, actor: Actor, view: CaseView, ref: str, said: Said) -> None:
    fairness.give_opinion(db, actor, view.id, ref, said, said["remark"] or "")


def _asked_if_fair(view: CaseView) -> bool:
    return bool(fairness.asked_of(view.who)) and view.state != "deleted"


FAIR = Deed(
    "fair", lazy("办理公平吗"), _asked_if_fair, _opine, _questions, _stages, told=lazy("谢谢，您的回答已经记下。"),
    hint=lazy("问的是办理是否公平，不是结果。单独的回答不提供给对方、调解员和评分人员，只汇总公布，人数少的不公布。"),
)  # fmt: skip
PARTY: Sequence[Deed] = (
    FAIR,
    Deed("answer", lazy("答复"), is_party(*ASKING), _answer, _yes_no, _asks,
         hint=lazy("同意或者不同意都可以，不影响任何评分。"), told=lazy("您的答复已经记下。")),
    Deed("nominate", lazy("提议一位调解员"), _unmediated, _nominate, candidates_field("mediator"),
         hint=lazy("对方也同意的，就由这位调解员调解。")),
    Deed("prove", lazy("提交履行凭证"), is_party(*IN_FORCE), _of_session(performing.prove, "note"),
         text("note", lazy("做了什么")), _promised("made", own=True)),
    Deed("keep", lazy("确认已经履行"), is_party(*IN_FORCE), _of_session(performing.keep),
         refs=_promised("made", "proved", own=False)),
    Deed("break", lazy("登记没有按约履行"), _both(*IN_FORCE), _of_session(performing.break_promise, "reason"),
         text("reason", lazy("情况")), _late, danger=True),
    Deed("ask_review", lazy("请求复查"), is_party("answered", side="applicant"), plain_verb(closing.ask_review)),
    Deed("withdraw", lazy("撤回申请"), is_party("submitted", "acceptance_check", "consent_pending", "handling", side="applicant"),
         seen_verb(accepting.withdraw), danger=True),
    Deed("speak", lazy("委托同一方的当事人表态"), _others, _speak, _same_side,
         hint=lazy("委托后，由这位当事人替您答复和签署，您可以随时收回。")),
    Deed("leave_case", lazy("退出本案"), _others, _leave, danger=True),
    Deed("demand", lazy("要求更换调解员"), is_party(*TALKING), _recuse("demand"), refs=_theirs,
         hint=lazy("不用说明理由，之后可以另选。")),
    Deed("stop", lazy("终止调解"), is_party(*TALKING), _stop, text("reason", lazy("理由")),
         hint=lazy("您可以随时终止调解，不影响任何评分，之后仍可以依法申请仲裁或者起诉。"), danger=True),
)  # fmt: skip
DESK: Sequence[Deed] = (
    Deed("book", lazy("安排调解会"), is_mediator(*TALKING), _book, _when),
    Deed("hold", lazy("登记会议记录"), is_mediator(*TALKING), _of_session(sessions.hold_session, "minutes"),
         text("minutes", lazy("会议记录"), 8), _booked(True)),
    Deed("move", lazy("改期"), is_mediator(*TALKING), _move, _moved, _booked()),
    Deed("cancel", lazy("取消调解会"), is_mediator(*TALKING), _of_session(sessions.cancel_session), refs=_booked()),
    Deed("ask_recording", lazy("征询是否同意录音录像"), is_mediator(*TALKING), _of_session(sessions.ask_recording),
         refs=_booked(False)),
    Deed("record", lazy("开启录音录像"), is_mediator(*TALKING), _of_session(_no_recording), refs=_booked(),
         hint=lazy("到会的人全部同意才能开启。")),
    Deed("extension", lazy("征询延长15日"), is_mediator("mediating", "extended"), plain_verb(accepting.ask_extension),
         hint=lazy("每次延长都要双方重新同意。")),
    Deed("keep_noted", lazy("确认已经履行"), is_mediator(*IN_FORCE), _of_session(performing.keep),
         refs=_promised("made", "proved")),
    Deed("end", lazy("终止调解"), is_mediator(*TALKING), _ground_fit, coded(lazy("原因"), words.GROUNDS), danger=True),
    Deed("recuse", lazy("我要回避"), lambda view: view.who.part in ("mediator", "lawyer") and view.state in TALKING,
         _recuse("own"), hint=lazy("回避后不能再办理本案。"), danger=True),
)  # fmt: skip
