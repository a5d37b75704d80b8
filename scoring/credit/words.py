"""Every credit event in a sentence: what it is, what it counts, and why it may count less."""

from portal.kernel.formats import date_text
from portal.kernel.i18n import _, language
from portal.kernel.points import print_cp
from scoring.credit.shapes import EventView


def sentences(event: EventView) -> list[str]:
    """An event that counts, explained: where it comes from, its points and days, and what limits them."""
    return [one for one in (_source(event), _points(event), _limit(event), _end(event)) if one]


def explained(event: EventView) -> str:
    """The same as one text."""
    return (" " if language() == "en" else "").join(sentences(event))


def _source(event: EventView) -> str:
    if not event.document:
        return _("依据公布的年度星级登记。")
    values = {"document": event.document, "issuer": event.issued_by, "day": date_text(event.document_on)}
    return _("依据%(issuer)s%(day)s的%(document)s登记。", **values)


def _points(event: EventView) -> str:
    days = {"start": date_text(event.valid_from), "end": date_text(event.valid_to)}
    points = print_cp(abs(event.points_cp))
    if event.points_cp > 0:
        return _("信用加分%(points)s分，从%(start)s起计到%(end)s（含当日）。", points=points, **days)
    return _("信用扣分%(points)s分，从%(start)s起计到%(end)s（含当日）。", points=points, **days)


def _limit(event: EventView) -> str:
    if event.why == "share":
        return _("这是项目负责人（编号%(code)s）的不良信息，企业按50%%计分。", code=event.subject)
    if event.why == "succession":
        values = {"code": event.subject, "points": print_cp(abs(event.counted_cp))}
        return _("这是被承继企业（%(code)s）在承继以前的不良信息，本企业按比例计%(points)s分。", **values)
    if event.why == "cap":
        counted = print_cp(abs(event.counted_cp))
        return _("这类事项合计有上限，本项计%(points)s分。", points=counted)
    if event.why == "same_act" and event.points_cp < 0:
        return _("同一行为已按信用扣分更高的事项计分，本项不再扣分。")
    return _("同一事实已按更高级别的事项计分，本项不再加分。") if event.why == "same_act" else ""


def _end(event: EventView) -> str:
    if event.step != "repaired":
        return ""
    return _("已准予信用修复，%(day)s是最后一个计分日。", day=date_text(event.valid_to))


def step_name(step: str) -> str:
    """The state of a credit event."""
    words = {
        "proposed": _("待核准"), "noticed": _("告知书已送达"), "answered": _("已陈述申辩"), "decided": _("已核准，待送达"),
        "confirmed": _("已生效"), "refused": _("不予登记"), "withdrawn": _("已撤销"), "repaired": _("已修复"),
    }  # fmt: skip
    return words[step]


def relation_step(step: str) -> str:
    """The state of a link between enterprises."""
    words = {"proposed": _("待核实"), "confirmed": _("已确认"), "refused": _("不予确认"), "withdrawn": _("已撤销")}
    return words[step]


def field_name(field: str) -> str:
    """A value of the register on which a link rests."""
    words = {"legal_representative": _("法定代表人"), "phone": _("联系电话"), "address": _("注册地址")}
    return words.get(field, field)
