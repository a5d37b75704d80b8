"""The registrar's deeds: acceptance, assignment, courts, closing, petitions."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session
from wtforms import SelectField, StringField
from wtforms.validators import Length

from mediation.cases import words
from mediation.cases.forms import choices, filled
from mediation.cases.models.record import TALKING
from mediation.cases.reading import CaseView
from mediation.cases.service import accepting, agreeing, assigning, closing, filing, performing
from mediation.cases.views.deeds import Deed, coded, court, is_registrar, mediators, seen_of, text
from portal.kernel.access import Actor
from portal.kernel.i18n import _, lazy

BEFORE = ("submitted", "acceptance_check")
OVER = (
    "rejected",
    "transferred",
    "declined",
    "withdrawn",
    "terminated",
    "performed",
    "reviewed",
    "breached",
    "answered",
)
RULES = {
    "multi_agency": lazy("涉及多个部门"),
    "technical": lazy("需要专业鉴定"),
    "many_parties": lazy("人数众多"),
    "large_sum": lazy("金额较大"),
    "safety": lazy("涉及安全"),
    "public_concern": lazy("社会关注"),
    "vulnerable": lazy("当事人需要照顾"),
    "urgent": lazy("情况紧急"),
}


def _marks(_db: Session, _actor: Actor, view: CaseView) -> dict[str, Any]:
    pairs = [
        (f"{mark}:{rule}", f"{words.FLAG_NAMES[mark]}{_('：')}{RULES[rule]}")
        for mark, rules in accepting.FLAG_RULES.items()
        if mark not in view.flags and (mark != "complex" or view.state in BEFORE)
        for rule in rules
    ]
    return {"mark": SelectField(lazy("标记和理由"), [filled(lazy("请选择。"))], choices=choices(pairs))}


def _flag(db: Session, actor: Actor, view: CaseView, _ref: str, said: dict[str, Any]) -> None:
    mark, rule = said["mark"].split(":")
    accepting.flag(db, actor, view.id, mark, rule)


def candidates_field(part: str) -> Any:
    def fields(db: Session, actor: Actor, view: CaseView) -> dict[str, Any]:
        found = assigning.candidates(db, actor, view.id, part=part)
        pairs = [
            (one.mediator.login, _("%(name)s（在办%(n)s件）", name=one.mediator.name, n=one.load)) for one in found
        ]
        return {"login": SelectField(lazy("人选"), [filled(lazy("请选择。"))], choices=choices(pairs))}

    return fields


def _appoint(part: str) -> Any:
    def call(db: Session, actor: Actor, view: CaseView, _ref: str, said: dict[str, Any]) -> None:
        assigning.appoint(db, actor, view.id, said["login"], part)

    return call


def seen_verb(verb: Any, *names: str) -> Any:
    """A verb that takes some of the fields in order, and the step that the form showed."""

    def call(db: Session, actor: Actor, view: CaseView, _ref: str, said: dict[str, Any]) -> object:
        return verb(db, actor, view.id, *(said[name] for name in names), seen=seen_of(said))

    return call


def plain_verb(verb: Any, *names: str) -> Any:
    def call(db: Session, actor: Actor, view: CaseView, _ref: str, said: dict[str, Any]) -> object:
        return verb(db, actor, view.id, *(said[name] for name in names))

    return call


def _newcomer(_db: Session, _actor: Actor, _view: CaseView) -> dict[str, Any]:
    kinds = choices((kind, words.PARTY_KIND_NAMES[kind]) for kind in ("owner", "committee", "community", "other"))
    sides = choices((side, words.SIDE_NAMES[side]) for side in ("applicant", "respondent"))
    needed = [filled(lazy("请填写内容。")), Length(max=100)]
    return {
        "side": SelectField(lazy("哪一方"), [filled(lazy("请选择。"))], choices=sides),
        "kind": SelectField(lazy("party|身份"), [filled(lazy("请选择。"))], choices=kinds),
        "name": StringField(lazy("姓名或者名称"), needed),
        "phone": StringField(lazy("联系电话"), [Length(max=30)]),
        "unit": StringField(lazy("楼栋和房号"), [Length(max=40)]),
    }


def _join(db: Session, actor: Actor, view: CaseView, _ref: str, said: dict[str, Any]) -> None:
    new = filing.NewParty(said["kind"], said["name"], said["phone"] or "", unit=said["unit"] or "")
    accepting.join(db, actor, view.id, new, side=said["side"])


def _needs_mediator(view: CaseView) -> bool:
    most = assigning.PANEL if "major" in view.flags else 1
    return is_registrar("consent_pending", *TALKING)(view) and len(mediators(view)) < most


def _needs_lawyer(view: CaseView) -> bool:
    return is_registrar(*TALKING)(view) and not any(one.part == "lawyer" for one in view.assigned)


def _unassigned(view: CaseView) -> bool:
    return is_registrar(*TALKING)(view) and not mediators(view)


OFFICE: Sequence[Deed] = (
    Deed("take_up", lazy("开始受理审查"), is_registrar("submitted"), seen_verb(accepting.take_up)),
    Deed("accept", lazy("受理，征询对方意见"), is_registrar("acceptance_check", track="dispute"), seen_verb(accepting.accept)),
    Deed("handle", lazy("受理信访事项"), is_registrar("acceptance_check", track="petition"), seen_verb(closing.handle)),
    Deed("reply", lazy("答复信访事项"), is_registrar("handling"), seen_verb(closing.answer_petition, "text"),
         text("text", lazy("答复内容"), 6)),
    Deed("review_reply", lazy("答复复查"), is_registrar("review"), seen_verb(closing.answer_review, "text"),
         text("text", lazy("答复内容"), 6)),
    Deed("appoint", lazy("指定调解员"), _needs_mediator, _appoint("mediator"), candidates_field("mediator"),
         hint=lazy("双方没有选定时由调处中心指定；有利害关系的人不在名单里。")),
    Deed("lawyer", lazy("指定律师"), _needs_lawyer, _appoint("lawyer"), candidates_field("lawyer")),
    Deed("silent", lazy("对方逾期没有答复，结束征询"), is_registrar("consent_pending"), seen_verb(accepting.close_silent)),
    Deed("refuse", lazy("不予受理"), is_registrar("acceptance_check"), seen_verb(accepting.refuse, "code", "reason"),
         coded(lazy("原因"), words.REFUSALS), danger=True),
    Deed("join", lazy("增加当事人"), is_registrar(*BEFORE), _join, _newcomer,
         hint=lazy("整栋楼共同申请的，每位当事人各自表态。")),
    Deed("transfer", lazy("移送"), is_registrar(*BEFORE), seen_verb(accepting.transfer, "code", "reason"),
         coded(lazy("移送到"), words.TRANSFERS)),
    Deed("flag", lazy("标记案件"), is_registrar(*BEFORE, "consent_pending", *TALKING), _flag, _marks),
    Deed("terminate", lazy("终止调解"), _unassigned, seen_verb(agreeing.terminate, "code", "reason"),
         coded(lazy("原因"), words.GROUNDS), danger=True),
    Deed("confirm", lazy("登记法院司法确认"), is_registrar("judicial_window"),
         seen_verb(performing.confirm, "court", "number"), court),
    Deed("breach", lazy("登记法院确认未履行的文书"), is_registrar("breached"),
         plain_verb(performing.note_breach, "court", "number"), court),
    Deed("lead", lazy("移送信用线索"), is_registrar("breached"), plain_verb(performing.hand_lead),
         hint=lazy("只移送法院文书编号和企业，不移送调解内容。"), danger=True),
    Deed("archive", lazy("归档封存"), is_registrar(*OVER), seen_verb(closing.archive),
         hint=lazy("封存后只有当事人能看；调处中心查阅要写明理由。")),
    Deed("open", lazy("查阅封存的案件"), is_registrar("archived"), plain_verb(closing.open_sealed, "reason"),
         text("reason", lazy("查阅理由（会留下记录）")), hint=lazy("今天之内可以查阅。")),
    Deed("delete", lazy("销毁到期的档案"), is_registrar("archived"), seen_verb(closing.delete),
         hint=lazy("保管期满才能销毁，销毁后不能恢复。"), danger=True),
)  # fmt: skip
