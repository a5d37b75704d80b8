"""Closed cases of the demo's mediation centre, written a month at a time as whole files: steps, parties, papers, promises.

Cases that are still open come through the verbs instead (``mediation``).
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from random import Random
from typing import Any

from sqlalchemy import FromClause, func, select
from sqlalchemy.orm import Session

from mediation.cases.models.fairness import MediationOpinion
from mediation.cases.models.papers import (
    MediationCourt,
    MediationPaper,
    MediationPromise,
    MediationPromiseStep,
    MediationSignature,
)
from mediation.cases.models.record import (
    MediationAnswer,
    MediationAsk,
    MediationAssignment,
    MediationCase,
    MediationClaim,
    MediationParty,
    MediationStep,
)
from mediation.cases.models.talks import WALLS, MediationRoom
from portal.deadlines import api as deadlines
from portal.kernel import audit, clock, ids, keys
from portal.kernel.access import Actor, Role
from portal.kernel.bulk import insert_rows
from portal.receipts.api import new_code
from portal.shell.demo.mediation_opinions import opinions

CLAIMS = {
    "fees": "物业费账单与合同约定的收费标准不一致，请求核对并退还多收部分。",
    "repair": "天花板渗水多次报修没有处理，请求查明原因并修好。",
    "fitout": "装修押金到期没有退还，请求退还押金。",
    "parking": "固定车位被临时停车占用，请求落实车位管理。",
    "noise": "设备房夜间噪声影响休息，请求采取降噪措施。",
    "common_parts": "楼道长期堆放杂物，请求清理并加强巡查。",
    "funds": "电梯广告收入没有公布，请求公布收支明细。",
    "committee": "业主委员会换届资料没有移交，请求协助移交。",
    "handover": "新老企业交接时图纸资料不全，请求补齐资料。",
    "other": "快递柜位置影响通行，请求协商迁移。",
}
KIND_WEIGHTS = (26, 22, 6, 14, 9, 9, 6, 3, 2, 3)
DEEDS = ("七日内完成维修并邀请申请人验收", "核对账单并退还多收费用", "公布收支明细并书面答复", "调整车位标识并加强巡查")
WAYS: dict[str, tuple[tuple[str, int, int], ...]] = {  # (step, fewest and most days after the one before)
    "performed": (("acceptance_check", 0, 2), ("consent_pending", 1, 3), ("mediating", 1, 6), ("agreed", 6, 27),
                  ("signed", 0, 2), ("judicial_window", 0, 0), ("window_lapsed", 30, 30), ("performing", 0, 0),
                  ("performed", 3, 30)),
    "confirmed": (("acceptance_check", 0, 2), ("consent_pending", 1, 3), ("mediating", 1, 6), ("partial", 8, 28),
                  ("signed", 0, 2), ("judicial_window", 0, 0), ("confirmed", 8, 24), ("performing", 0, 0),
                  ("performed", 3, 40)),
    "breached": (("acceptance_check", 0, 2), ("consent_pending", 1, 3), ("mediating", 1, 6), ("agreed", 6, 27),
                 ("signed", 0, 2), ("judicial_window", 0, 0), ("confirmed", 8, 24), ("performing", 0, 0),
                 ("breached", 20, 40)),
    "terminated": (("acceptance_check", 0, 2), ("consent_pending", 1, 3), ("mediating", 1, 6), ("terminated", 12, 30)),
    "longer": (("acceptance_check", 0, 2), ("consent_pending", 1, 3), ("mediating", 1, 6), ("extended", 24, 29),
               ("terminated", 10, 15)),
    "declined": (("acceptance_check", 0, 2), ("consent_pending", 1, 3), ("declined", 2, 7)),
    "rejected": (("acceptance_check", 0, 2), ("rejected", 1, 4)),
    "transferred": (("transferred", 1, 3),),
    "withdrawn": (("acceptance_check", 0, 2), ("withdrawn", 1, 4)),
    "answered": (("acceptance_check", 1, 6), ("handling", 2, 8), ("answered", 18, 55)),
    "reviewed": (("acceptance_check", 1, 6), ("handling", 2, 8), ("answered", 18, 55), ("review", 5, 25),
                 ("reviewed", 12, 28)),
}  # fmt: skip
PETITIONS = ("answered", "reviewed")
CODES = {
    "terminated": ("withdrawal", "expired", "expired", "idle", "other"),
    "rejected": ("court", "no_standing", "unclear", "not_property", "repeated"),
    "transferred": ("street", "housing", "police"),
    "declined": ("", "", "no_answer"),
}
SERIES = {"agreement": "宝调协", "termination": "宝调终", "refusal": "宝调拒", "transfer": "宝调移"}
PAPER_OF = {"signed": "agreement", "terminated": "termination", "rejected": "refusal", "transferred": "transfer"}


@dataclass
class PastCase:
    """A case that ended: ``way`` names its course, ``days`` the day of each of its steps."""

    way: str
    estate: str
    division: str
    uscc: str
    company: str
    kind: str
    channel: str
    owner: str
    phone: str
    mediator: str
    filed_on: date
    days: list[tuple[str, date]] = field(default_factory=list)
    code: str = ""

    @property
    def ended_on(self) -> date:
        """The day of the last step."""
        return self.days[-1][1]


def course(random: Random, way: str, filed_on: date, until: date) -> list[tuple[str, date]]:
    """The steps of a way with their days, the file sealed some days later where that lies before ``until``."""
    day, found = filed_on, [("submitted", filed_on)]
    for step, least, most in WAYS[way]:
        day += timedelta(days=random.randint(least, most))
        found.append((step, day))
    sealed = day + timedelta(days=random.randint(5, 20))
    return [*found, ("archived", sealed)] if sealed < until else found


class Files:
    """Rows of a month's closed cases, table by table."""

    def __init__(self, db: Session, actor: Actor, random: Random) -> None:
        self.db, self.actor, self.random, self.at = db, actor, random, clock.now()
        self.rows: dict[FromClause, list[dict[str, Any]]] = {}
        self.numbers: dict[tuple[str, int], int] = {}
        self.sealing: dict[str, list[tuple[dict[str, Any], str, str]]] = {}  # subject to (row, column, text)
        self.sealed: list[deadlines.NewDeadline] = []

    def _add(self, model: Any, **values: Any) -> dict[str, Any]:
        self.rows.setdefault(model.__table__, []).append(values)
        return values

    def _seal(self, case_id: str, row: dict[str, Any], column: str, text: str) -> None:
        self.sealing.setdefault(f"mediation:{case_id}", []).append((row, column, text))

    def add(self, one: PastCase) -> str:
        """A case as its file stands; answers its id."""
        case_id, who = ids.new_id(), self.actor.audit_name
        track = "petition" if one.way in PETITIONS else "dispute"
        self._add(MediationCase, id=case_id, code=one.code, track=track, channel=one.channel, estate_code=one.estate,
                  division_code=one.division, kind=one.kind, filed_on=one.filed_on, contract_starts_on=None, actor=who,
                  recorded_at=self.at)  # fmt: skip
        claim = self._add(MediationClaim, case_id=case_id, version=1, text="", actor=who, recorded_at=self.at,
                          superseded_at=None)  # fmt: skip
        self._seal(case_id, claim, "text", CLAIMS[one.kind])
        sides: list[tuple[str, str, str | None, str, str]] = [("applicant", "owner", None, one.owner, one.phone)]
        if track == "dispute":
            sides.append(("respondent", "enterprise", one.uscc, one.company, ""))
        parties = [self._party(case_id, one, *side) for side in sides]
        self._steps(case_id, one)
        self._talks(case_id, one, parties)
        self._papers(case_id, one, parties)
        self._opinions(case_id, one, list(zip([side for side, *_more in sides], parties, strict=True)))
        if one.days[-1][0] == "archived":
            office = deadlines.Holder(role=Role.REGISTRAR, division_code=one.division)
            self.sealed.append(deadlines.NewDeadline(
                f"mediation:{one.code}", office, f"调解案件{one.code}", "mediation_cases.case", {"case_id": case_id},
                on=one.ended_on,
            ))  # fmt: skip
        return case_id

    def _party(self, case_id: str, one: PastCase, side: str, kind: str, uscc: str | None, name: str, phone: str) -> str:
        row = self._add(
            MediationParty, id=ids.new_id(), version=1, case_id=case_id, side=side, kind=kind, uscc=uscc, person="",
            power="none", spoken_for_by=None, joined_on=one.filed_on, left_on=None, actor=self.actor.audit_name,
            recorded_at=self.at, superseded_at=None,
        )  # fmt: skip
        person = {"name": name, "phone": phone, "unit": "", "representative": ""}
        self._seal(case_id, row, "person", audit.canonical(person))
        return str(row["id"])

    def _steps(self, case_id: str, one: PastCase) -> None:
        for seq, (step, day) in enumerate(one.days, 1):
            code = self.random.choice(CODES.get(step, ("",)))
            row = self._add(
                MediationStep, case_id=case_id, seq=seq, step=step, on=day, at=self.at, code=code, reason="",
                actor=self.actor.audit_name, superseded_at=None if seq == len(one.days) else self.at,
            )  # fmt: skip
            if step in ("terminated", "rejected", "transferred", "answered", "reviewed"):
                self._seal(case_id, row, "reason", "详见书面文书。")
            detail = {"seq": seq, "on": day, "code": code}
            audit.record(self.db, self.actor, f"mediation.{step}", f"mediation:{one.code}", detail)

    def _talks(self, case_id: str, one: PastCase, parties: list[str]) -> None:
        days, who = dict(one.days), self.actor.audit_name
        if "consent_pending" not in days:
            return
        asked = self._add(
            MediationAsk, id=ids.new_id(), case_id=case_id, purpose="mediate", ref="", sides="respondent",
            on=days["consent_pending"], at=self.at, actor=who,
        )  # fmt: skip
        step = self.rows[MediationStep.__table__]
        silent = any(row["case_id"] == case_id and row["code"] == "no_answer" for row in step[-len(one.days) :])
        if not silent:
            self._add(MediationAnswer, ask_id=asked["id"], party_id=parties[1], yes="mediating" in days,
                      on=days.get("mediating") or days["declined"], at=self.at, actor=who)  # fmt: skip
        if "mediating" in days:
            self._add(
                MediationAssignment, id=ids.new_id(), case_id=case_id, login=one.mediator, part="mediator",
                chosen_by=self.random.choice(("parties", "office")), on=days["mediating"], actor=who,
                recorded_at=self.at, superseded_at=None,
            )  # fmt: skip
            for wall in WALLS:
                self._add(MediationRoom, id=ids.new_id(), case_id=case_id, wall=wall, recorded_at=self.at)

    def _papers(self, case_id: str, one: PastCase, parties: list[str]) -> None:
        for step, day in one.days:
            if step in PAPER_OF:
                kind = PAPER_OF[step]
                paper = self._paper(case_id, one, kind, day)
                if kind == "agreement":
                    self._promises(case_id, one, paper, parties, day)
            elif step == "confirmed":
                number = f"({day.year})粤0306诉前调确{self.random.randint(10, 990)}号"
                self._add(
                    MediationCourt, id=ids.new_id(), case_id=case_id, kind="confirmation", court="示例区人民法院",
                    number=number, on=day, actor=self.actor.audit_name, recorded_at=self.at,
                )  # fmt: skip

    def _paper(self, case_id: str, one: PastCase, kind: str, day: date) -> dict[str, Any]:
        key = (kind, day.year)
        if key not in self.numbers:
            used = select(func.max(MediationPaper.seq)).where(
                MediationPaper.kind == kind, MediationPaper.year == day.year
            )
            self.numbers[key] = self.db.scalar(used) or 0
        self.numbers[key] += 1
        seq = self.numbers[key]
        content: dict[str, Any] = {"case": one.code, "kind": kind, "on": day, "reason": "详见书面文书。"}
        if kind == "agreement":
            terms = [{"kind": "do", "side": "respondent", "act": DEEDS[seq % len(DEEDS)], "amount_fen": None,
                      "due_on": (day + timedelta(days=20)).isoformat()}]  # fmt: skip
            people = [{"side": "applicant", "kind": "owner", "uscc": None, "name": one.owner, "phone": "", "unit": "",
                       "representative": ""},
                      {"side": "respondent", "kind": "enterprise", "uscc": one.uscc, "name": one.company, "phone": "",
                       "unit": "", "representative": ""}]  # fmt: skip
            content |= {"partial": one.way == "confirmed", "text": "", "terms": terms, "parties": people,
                        "mediators": [one.mediator], "estate": one.estate}  # fmt: skip
        else:
            content["code"] = next(row["code"] for row in reversed(self.rows[MediationStep.__table__])
                                   if row["case_id"] == case_id and row["code"])  # fmt: skip
        text = audit.canonical(content)
        row = self._add(
            MediationPaper, id=ids.new_id(), case_id=case_id, kind=kind, ref="", year=day.year, seq=seq,
            number=f"{SERIES[kind]}〔{day.year}〕{seq}号", content="", sha256=sha256(text.encode()).hexdigest(),
            verify_code=new_code(), on=day, actor=self.actor.audit_name, recorded_at=self.at,
        )  # fmt: skip
        self._seal(case_id, row, "content", text)
        return row

    def _promises(self, case_id: str, one: PastCase, paper: dict[str, Any], parties: list[str], day: date) -> None:
        who = self.actor.audit_name
        for signer, role in ((parties[0], "party"), (parties[1], "party"), (one.mediator, "mediator")):
            self._add(MediationSignature, paper_id=paper["id"], signer=signer, role=role, sha256=paper["sha256"],
                      method="paper", on=day, at=self.at, actor=who)  # fmt: skip
        term = {"kind": "do", "side": "respondent", "act": DEEDS[paper["seq"] % len(DEEDS)], "amount_fen": None,
                "due_on": (day + timedelta(days=20)).isoformat()}  # fmt: skip
        promise = self._add(
            MediationPromise, id=ids.new_id(), case_id=case_id, paper_id=paper["id"], seq=1, side="respondent",
            due_on=day + timedelta(days=20), terms="", recorded_at=self.at,
        )  # fmt: skip
        self._seal(case_id, promise, "terms", audit.canonical(term))
        last = dict(one.days)["breached" if one.way == "breached" else "performed"]
        for seq, (step, on) in enumerate((("made", day), ("broken" if one.way == "breached" else "kept", last)), 1):
            self._add(MediationPromiseStep, promise_id=promise["id"], seq=seq, step=step, on=on, at=self.at, note="",
                      file_id=None, actor=who, superseded_at=self.at if seq == 1 else None)  # fmt: skip

    def _opinions(self, case_id: str, one: PastCase, parties: list[tuple[str, str]]) -> None:
        for values, remark in opinions(self.random, one.days, parties, one.mediator):
            row = self._add(MediationOpinion, case_id=case_id, at=self.at, remark="", **values)
            if remark:
                self._seal(case_id, row, "remark", remark)

    def write(self) -> None:
        """Seal what is personal and write everything."""
        texts = {subject: [text for _row, _column, text in found] for subject, found in self.sealing.items()}
        tokens = keys.seal_many(self.db, texts)
        for subject, found in self.sealing.items():
            for (row, column, _text), token in zip(found, tokens[subject], strict=True):
                row[column] = token
        for table, rows in self.rows.items():
            insert_rows(self.db, table, rows)
        deadlines.start_many(self.db, self.actor, "mediation.retention", self.sealed)
