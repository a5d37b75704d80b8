"""The star certificates or lobby posters of a published year, of the whole district or a street, as one zip of PDF files.

Each certificate is the one that anybody gets on the estate's page: numbered and signed once, printed again after that. One paper
is drawn at a time and goes to the disk before the next, so that a district takes no more memory than an estate.
"""

import os
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, g, url_for
from sqlalchemy.orm import Session

from portal.accounts import api as accounts
from portal.kernel import tasks
from portal.kernel.access import Actor, Permission, require
from portal.kernel.db import reading
from portal.kernel.divisions import covers
from portal.kernel.errors import DomainError
from portal.kernel.formats import number_text, year_text
from portal.kernel.i18n import _
from portal.kernel.importing import Progress
from portal.kernel.periods import Year
from portal.kernel.settings import settings
from portal.kernel.task_kinds import Ended, TaskKind
from portal.kernel.tasks import TaskView
from portal.kernel.web import PUBLIC_ACCESS
from portal.receipts import api as receipts
from portal.registry import api as registry
from portal.shell.app import create_app
from portal.shell.public.papers import plaque, prints
from scoring.ratings import api as ratings

PAPERS = "papers"
SHAPES = ("plaque", "poster_a4")


def file_of(task_id: str) -> Path:
    """Where the finished file of a task lies, until the nightly clearing of files a day old."""
    return tasks.folder() / f"{task_id}.zip"


def may_make(actor: Actor, street: str) -> bool:
    """The papers of a street of one's jurisdiction; of the whole district (empty), somebody whose jurisdiction it is."""
    return actor.may(Permission.YEAR_PREPARE) and (actor.covers(street) if street else actor.has_whole_district)


def rated(db: Session, year: int, street: str) -> list[str]:
    """The estates with stars in a public year, by code; of a street by its code."""
    table = ratings.rating_rows(db, year)
    table = table[table["status"] == "rated"]
    if street:
        table = table[table["division_code"].map(lambda code: covers(street, code))]
    return [str(code) for code in table["estate_code"]]


@cache
def _app() -> Flask:
    """The templates of the papers, for a process or thread that answers no request."""
    return create_app()


def _made(task: TaskView, progress: Progress) -> Mapping[str, Any]:
    asked = task.request
    with reading() as db:
        require(may_make(accounts.person_actor_for(db, task.person), asked["street"]))
        codes = rated(db, asked["year"], asked["street"])
    if not codes:
        raise DomainError(_("这一年度在所选范围内没有评上星级的小区。"))
    draft = file_of(task.id).with_suffix(".papers")
    try:
        with zipfile.ZipFile(draft, "w") as archive:  # a PDF is compressed already
            for at, code in enumerate(codes):
                progress("draw", at, len(codes))
                name, data = _paper(task, code)
                archive.writestr(name, data)
        os.replace(draft, file_of(task.id))
    finally:
        draft.unlink(missing_ok=True)
    return {"papers": len(codes), "size": file_of(task.id).stat().st_size}


def _paper(task: TaskView, code: str) -> tuple[str, bytes]:
    """One paper: its name in the zip, its bytes."""
    shape, who = task.request["shape"], receipts.Asker("page", "", login=task.person)
    with _app().test_request_context(base_url=settings().base_url):
        g.access, g.actor = PUBLIC_ACCESS, None  # printed as for anybody
        with reading() as db:
            receipt = plaque.issued(db, who, task.request["year"], code)
        data = prints.plaque(receipt) if shape == "plaque" else prints.poster(receipt, shape)
    return f"{code}-{receipt['payload']['items'][0]['number']}.pdf", data


def shape_name(shape: str) -> str:
    """What a paper is called."""
    return _("星级证书") if shape == "plaque" else _("A4公示海报")


def _title(task: TaskView) -> str:
    asked = task.request
    year, paper = year_text(Year(asked["year"])), shape_name(asked["shape"])
    area = _("全区各街道")
    if asked["street"]:
        with reading() as db:
            found = registry.divisions(db).get(asked["street"])
        area = found.name if found else asked["street"]
    return _("制作%(area)s%(year)s%(paper)s", area=area, year=year, paper=paper)


def _ended(task: TaskView) -> Ended:
    said = _("已制作%(n)s份。", n=number_text(task.result["papers"]))
    if not file_of(task.id).exists():
        link = (url_for("batches.papers", year=task.request["year"]), _("重新制作"))
        return Ended(said + _("文件只保存一天，已经清理。"), link=link)
    return Ended(
        said + _("文件只保存一天，请及时下载。"), link=(url_for("batches.file", task_id=task.id), _("下载ZIP文件"))
    )


TASKS = (TaskKind(PAPERS, _made, _title, _ended),)
