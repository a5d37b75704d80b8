"""An objection in one sentence, with its clause, its day and the next step: the same on both sides' pages and on paper."""

from datetime import date

from portal.kernel.formats import date_text
from portal.kernel.i18n import _
from portal.kernel.said import Said
from scoring.adverse import api as adverse
from scoring.objections import words
from scoring.objections.queries import Case


def said(case: Case) -> Said:
    """Where an objection stands, in the reader's language."""
    last = case.last
    basis = adverse.standing_texts()["basis"]["objection"]
    text = sentence(case, last.step, last.code, last.on)
    page = f"/company/objections/{case.objection.id}"
    return Said(f"objection:{case.objection.id}", (text,), basis, last.on, _next(last.step), page)


def sentence(case: Case, step: str, code: str, on: date) -> str:
    """What a step did with the objection; of a refusal the coded reason, of a decision the outcome."""
    told = {"day": date_text(on), "what": words.title(case.objection.kind, case.facts)}
    if step == "filed":
        return _("%(day)s收到对“%(what)s”的异议，将在1个工作日内决定是否受理。", **told)
    if step == "refused":
        return _("%(day)s决定不予受理对“%(what)s”的异议，理由：%(reason)s。", reason=words.REFUSALS[code], **told)
    if step == "withdrawn":
        return _("%(day)s企业撤回对“%(what)s”的异议，原结果不变。", **told)
    if step == "decided":
        outcome = words.outcome(code)
        return _("%(day)s对“%(what)s”的异议作出复核决定：%(outcome)s。", outcome=outcome, **told)
    return _("对“%(what)s”的异议已受理，正在复核；复核期间，原结果标注“异议处理中”。", what=told["what"])


def _next(step: str) -> str:
    if step in ("refused", "decided"):
        return _("不服决定的，可以自收到文书之日起60日内申请行政复议，也可以自收到文书之日起6个月内提起行政诉讼。")
    if step == "withdrawn":
        return _("撤回不影响以后再次提出。")
    return _("复核决定逐条答复每一点意见，决定书送达企业。")
