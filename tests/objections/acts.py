"""The acts of an objection over HTTP, as people do them from their pages."""

import re
from typing import Any

from portal.kernel.db import reading
from scoring.objections import queries
from tests.objections.world import World

REASON = "现场照片显示通道畅通。"


def state_of(objection_id: str) -> str:
    with reading() as db:
        return queries.last_step(db, objection_id).step


def seq_of(objection_id: str) -> int:
    with reading() as db:
        return queries.last_step(db, objection_id).seq


def filed(company, ref: str, points: tuple[str, ...] = ("结果有误，应当是通过。",), **more: Any) -> str:
    """The company files an objection; answers its id."""
    data = {f"points-{number}": text for number, text in enumerate(points)} | more
    answer = company.submit(f"/company/objections/new/{ref}", data, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.get_data(as_text=True)[-2000:]
    return re.search(r"objections/([0-9a-f]{20})", answer.headers["Location"]).group(1)


def act(client, objection_id: str, verb: str, status: int = 303, seen: int | None = None, **data: Any):
    """One deed of the office, with the step that the page shows; the token comes from any page with a form."""
    form = {"csrf_token": client.token(), "seen": seq_of(objection_id) if seen is None else seen, **data}
    answer = client.post(f"/objections/{objection_id}/{verb}", data=form)
    assert answer.status_code == status, (verb, answer.status_code, answer.get_data(as_text=True)[-1500:])
    return answer


def fix_for(kind: str) -> dict[str, str]:
    """The correction that a kind needs, as its form sends it."""
    return {"check": {"fix-1": "pass"}, "quarter": {"fix-1": "pass"}, "rating": {"fix-1": "95.00"},
            "credit": {"fix-1": "withdrawn"}, "list": {"fix-1": "withdrawn"}}[kind]  # fmt: skip


def decision(kind: str, allowed: bool, points: int = 1) -> dict[str, str]:
    """The form of a decision in which every point is allowed, or none."""
    verdict = "allowed" if allowed else "dismissed"
    form = {"reason": REASON}
    for seq in range(1, points + 1):
        form |= {f"verdict-{seq}": verdict, f"answer-{seq}": "已核对现场照片和检查记录。"}
    return form | (fix_for(kind) if allowed else {})


def reached(company, office, world: World, kind: str, state: str, lead=None) -> str:
    """An objection in a state, by the legal way."""
    objection_id = filed(company, world.refs[kind])
    for verb, data in WAYS[state]:
        if verb == "withdraw":
            page = f"/company/objections/{objection_id}"
            assert company.submit(f"{page}/withdraw", {"seen": seq_of(objection_id)}, page=page).status_code == 303
        else:
            client = lead if verb == "extension" else office
            act(client, objection_id, verb, **(decision(kind, True) if verb == "decide" else data))
    assert state_of(objection_id) == state
    return objection_id


ACCEPT = ("accept", {})
ASK = ("ask-extension", {"why": "需要调取监控。"})
WAYS: dict[str, list[tuple[str, dict[str, str]]]] = {
    "filed": [],
    "accepted": [ACCEPT],
    "refused": [("refuse", {"code": "rules_only", "refusal": "意见只针对评分规则。"})],
    "withdrawn": [("withdraw", {})],
    "extension_asked": [ACCEPT, ASK],
    "extended": [ACCEPT, ASK, ("extension", {"granted": "yes", "ground": "同意。"})],
    "extension_denied": [ACCEPT, ASK, ("extension", {"granted": "no", "ground": "材料已经齐全。"})],
    "decided": [ACCEPT, ("decide", {})],
}
