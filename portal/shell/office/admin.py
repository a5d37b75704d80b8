"""Administration: where things are, and what the scheduled jobs did."""

import json

from flask import render_template

from portal.deadlines.api import jobs as deadline_jobs
from portal.kernel import clock, jobs
from portal.kernel.access import Permission
from portal.kernel.web import needs, request_session
from portal.notices.api import jobs as notice_jobs
from portal.shell.office import words
from portal.shell.office.api import jobs as office_jobs
from portal.shell.office.blueprint import bp


@bp.get("/admin")
@needs(Permission.PEOPLE_EDIT)
def admin() -> str:
    """The ways from here."""
    return render_template("office/admin.html")


@bp.get("/admin/jobs")
@needs(Permission.JOBS_READ)
def job_runs() -> str:
    """The jobs with their last outcome, and the newest firings."""
    db = request_session()
    listed = [job for job in (*jobs.standard_jobs(), *deadline_jobs(), *notice_jobs(), *office_jobs()) if job.cron]
    now = clock.now()
    last = [(job, jobs.last_run(db, job.name), jobs.next_fire(job.cron, now)) for job in listed]
    runs = [
        (run, words.outcome_words(run.job, run.outcome, json.loads(run.message or "{}")))
        for run in jobs.recent_runs(db)
    ]
    return render_template("office/jobs.html", last=last, runs=runs, job_words=words.job_words)
