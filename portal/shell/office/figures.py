"""Figures of rooms that have no slice of their own to tell them: the registry, the audit log, people, a company."""

import json
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts import api as accounts
from portal.kernel import clock, jobs
from portal.kernel.access import Actor, Permission
from portal.kernel.audit import AuditEntry
from portal.kernel.formats import date_text, instant_text, number_text
from portal.kernel.i18n import _, ngettext
from portal.kernel.points import print_cp
from portal.kernel.work import Tone, WorkFigure
from portal.registry import api as registry
from portal.shell.office import oddities, words
from portal.shell.public.standing import last_published
from scoring.adverse import api as adverse
from scoring.credit import api as credit


def work_figures(db: Session, *, actor: Actor) -> list[WorkFigure]:
    """What the person's role asks of the office (announcement ``work.figures``)."""
    found: list[WorkFigure] = []
    if oddities.keeps_register(actor):
        found += _of_register(db, actor)
    if actor.may(Permission.AUDIT_READ):
        found += _of_audit(db)
    if actor.may(Permission.PEOPLE_EDIT):
        found += _of_people(db, actor)
    if actor.may(Permission.ENTERPRISE_OWN) and actor.uscc:
        found += _of_company(db, actor.uscc)
    return found


def _of_register(db: Session, actor: Actor) -> list[WorkFigure]:
    odd = oddities.found(db, actor.division_code)
    parties = _("%(companies)s家企业，%(managers)s名项目负责人", companies=number_text(registry.find_enterprises(db, limit=1)[1]),
                managers=number_text(registry.find_managers(db, limit=1)[1]))  # fmt: skip
    bare, ending, renewed = len(odd.bare), len(odd.ending), sum(row.is_renewed for row in odd.ending)
    all_served = _("每个小区今天都有物业服务合同")
    note = (
        ngettext("其中%(n)s份已登记后续合同", "其中%(n)s份已登记后续合同", renewed)
        if ending
        else _("没有将要到期的合同")
    )
    return [
        WorkFigure(_("登记的小区"), number_text(odd.estates), parties, "registry.estates"),
        WorkFigure(_("今天没有合同的小区"), number_text(bare), _("请核对并补登合同") if bare else all_served,
                   "registry.estates", tone="late" if bare else "ok"),
        WorkFigure(_("60天内到期的合同"), number_text(ending), note, "registry.contracts", {"state": "open"},
                   "soon" if ending > renewed else "plain"),
    ]  # fmt: skip


def _of_audit(db: Session) -> list[WorkFigure]:
    rows = db.scalar(select(func.count()).select_from(AuditEntry)) or 0
    today = clock.today()
    new = db.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.at >= clock.day_start(today))) or 0
    values = {"first": today.isoformat()}
    return [
        _verdict(db, "office.audit"),
        WorkFigure(_("操作日志"), number_text(rows), _("只增不改，共有这些条"), "office.audit"),
        WorkFigure(_("今天新增的操作"), number_text(new), date_text(today), "office.audit", values),
    ]


def _verdict(db: Session, endpoint: str) -> WorkFigure:
    """The last nightly check of the audit log."""
    last, label = jobs.last_run(db, jobs.AUDIT_CHECK), _("操作日志每夜校验")
    if last is None:
        return WorkFigure(label, _("尚未校验"), _("每天凌晨校验一次，也可以现在校验"), endpoint, tone="soon")
    told = words.outcome_words(last.job, last.outcome, json.loads(last.message or "{}"))
    tone: Tone = "ok" if last.outcome == "ok" else "plain" if last.outcome is None else "late"
    short = {"ok": _("校验通过"), "plain": _("正在校验"), "late": _("校验没有通过")}[tone]
    when = last.finished_at or last.fire_time
    return WorkFigure(label, short, _("%(told)s（%(time)s）", told=told, time=instant_text(when)), endpoint, tone=tone)


def _of_people(db: Session, actor: Actor) -> list[WorkFigure]:
    people = accounts.people_in(db, within=actor.division_code)
    new = sum(person.state == "new" for person in people)
    since = clock.now() - timedelta(days=1)
    runs = [run for run in jobs.recent_runs(db) if run.fire_time >= since]
    failed = sum(run.outcome not in ("ok", None) for run in runs)
    bad = ngettext("其中%(n)s次没有完成", "其中%(n)s次没有完成", failed)
    return [
        WorkFigure(_("还没有首次登录的人员"), number_text(new),
                   _("把一次性登录码交给本人") if new else _("每个人都登录过"), "accounts.people", tone="soon" if new else "ok"),
        WorkFigure(_("可以登录的人员"), number_text(len(people) - new), "", "accounts.people"),
        WorkFigure(_("24小时内的定时任务"), number_text(len(runs)), bad if failed else _("没有出错") if runs else
                   _("没有运行记录，请确认后台进程在运行"), "office.job_runs", tone="late" if failed else "ok" if runs else "soon"),
        _verdict(db, "office.job_runs"),
    ]  # fmt: skip


def _of_company(db: Session, uscc: str) -> list[WorkFigure]:
    today = clock.today()
    now, standing = credit.score(db, "enterprise", uscc, today), last_published(db)
    serving = registry.serving(db, today)
    mine = set(serving.loc[serving["uscc"] == uscc, "estate_code"])
    scored = [standing.scores[code] for code in sorted(mine) if code in standing.scores]
    told = [row for row in scored if row.status == "published"]
    points = _("%(points)s分", points=print_cp(now.score_cp))
    return [
        WorkFigure(_("信用等级"), now.grade, points, "company.index", {"_anchor": "credit"}),
        WorkFigure(_("服务的小区"), number_text(len(mine)),
                   ngettext("其中%(n)s个有上季度得分", "其中%(n)s个有上季度得分", len(told)), "company.index", {"_anchor": "estates"}),
        _notices(db, uscc, today),
    ]  # fmt: skip


def _notices(db: Session, uscc: str, today: date) -> WorkFigure:
    served = adverse.cases_of(db, uscc)
    waiting = [case for case in served if case.is_open_on(today)]
    if not waiting:
        note = _("没有等您答复的告知书")
        return WorkFigure(_("送达的告知书"), number_text(len(served)), note, "adverse.company", {}, "ok")
    first = min(case.due_on for case in waiting if case.due_on)
    tone: Tone = "soon" if (first - today).days <= 3 else "plain"
    note = _("最迟%(day)s陈述、申辩", day=date_text(first))
    return WorkFigure(_("可以答复的告知书"), number_text(len(waiting)), note, "adverse.company", {}, tone)
