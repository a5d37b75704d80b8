"""Every legal way of an objection over HTTP, for each kind, and every illegal step from every state."""

import pytest

from portal.kernel.db import reading
from portal.notices.api import documents_of
from scoring.objections import queries, saying
from tests.objections.acts import ACCEPT, ASK, act, decision, filed, reached, seq_of, state_of
from tests.objections.world import KINDS, REVIEWER

VERBS = {
    "accept": {},
    "refuse": {"code": "rules_only", "refusal": "意见只针对评分规则。"},
    "ask-extension": {"why": "需要调取监控。"},
    "extension": {"granted": "yes", "ground": "同意。"},
    "decide": {},
}
TOLD = {
    "filed": "将在1个工作日内决定是否受理",
    "refused": "理由：只对评价规则本身有意见，不涉及具体结果。",
    "withdrawn": "企业撤回对“",
}
LEGAL = {
    "filed": {"accept", "refuse"},
    "accepted": {"ask-extension", "decide"},
    "extension_asked": {"extension", "decide"},
    "extended": {"decide"},
    "extension_denied": {"decide"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_from_filing_to_a_decision_that_corrects(as_, world, kind):
    company, office = as_("company"), as_(REVIEWER[kind])

    objection_id = reached(company, office, world, kind, "decided")

    page = company.page(f"/company/objections/{objection_id}").get_text()
    for text in ("异议成立，已更正", "已核对现场照片和检查记录", "异议复核决定书", "宝住建异决〔2026〕1号"):
        assert text in page
    with reading() as db:
        (told,) = saying.said(queries.case(db, objection_id)).sentences
        papers = documents_of(db, f"objection:{objection_id}")
        written = [line for paper in papers for part in paper.body for line in part.paragraphs]
    assert told in page
    assert told in written


def test_a_decision_that_changes_nothing(as_, world):
    company = as_("company")
    for kind in KINDS:
        office = as_(REVIEWER[kind])
        objection_id = reached(company, office, world, kind, "accepted")

        act(office, objection_id, "decide", **decision(kind, False))

        assert "异议不成立，维持原结果" in company.page(f"/company/objections/{objection_id}").get_text()


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("check", "filed"),
        ("rating", "accepted"),
        ("quarter", "refused"),
        ("list", "withdrawn"),
        ("credit", "extension_asked"),
        ("check", "extended"),
        ("rating", "extension_denied"),
    ],
)
def test_every_state_is_reached_and_no_step_is_skipped(as_, world, kind, state):
    company, office, lead = as_("company"), as_(REVIEWER[kind]), as_("lead2")
    objection_id = reached(company, office, world, kind, state, lead)
    for client, address in ((company, "/company/objections"), (office, "/objections")):
        assert TOLD.get(state, "异议已受理，正在复核") in client.page(f"{address}/{objection_id}").get_text()

    for verb, data in VERBS.items():
        if verb in LEGAL.get(state, set()):
            continue
        form = decision(kind, False) if verb == "decide" else data
        act(lead if verb == "extension" else office, objection_id, verb, 409, **form)
    assert state_of(objection_id) == state


def test_what_is_settled_cannot_be_withdrawn_or_decided_again(as_, world):
    company, office = as_("company"), as_("fresh")
    objection_id = reached(company, office, world, "check", "accepted")
    act(office, objection_id, "decide", **decision("check", False))

    for verb, data in VERBS.items():
        form = decision("check", False) if verb == "decide" else data
        act(as_("lead2") if verb == "extension" else office, objection_id, verb, 409, **form)
    token = company.token()
    answer = company.post(f"/company/objections/{objection_id}/withdraw", data={"csrf_token": token})
    assert answer.status_code == 409


def test_a_stale_form_does_nothing(as_, world):
    company, office = as_("company"), as_("fresh")
    objection_id = filed(company, world.refs["check"])
    shown = seq_of(objection_id)
    act(office, objection_id, "accept")

    act(office, objection_id, "ask-extension", 409, seen=shown, why="需要调取监控。")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param({"verdict-2": "", "answer-2": ""}, "每一条意见都要答复", id="a point without an answer"),
        pytest.param({"answer-1": " "}, "每一条意见都要答复", id="an empty answer"),
        pytest.param({"fix-1": ""}, "请写明更正的内容", id="allowed, and nothing corrected"),
        pytest.param(
            {"verdict-1": "dismissed", "verdict-2": "dismissed"}, "没有意见成立", id="corrected, and nothing allowed"
        ),
        pytest.param({"reason": ""}, "请写明理由", id="no reason"),
    ],
)
def test_a_decision_is_whole(as_, world, change, sentence):
    company, office = as_("company"), as_("fresh")
    objection_id = filed(company, world.refs["check"], ("通道畅通。", "照片不是本小区。"))
    act(office, objection_id, "accept")

    answer = act(office, objection_id, "decide", 422, **(decision("check", True, 2) | change))

    assert sentence in answer.get_data(as_text=True)
    assert state_of(objection_id) == "accepted"


def test_one_point_of_two_is_allowed_in_part(as_, world):
    company, office = as_("company"), as_("fresh")
    objection_id = filed(company, world.refs["check"], ("通道畅通。", "照片不是本小区。"))
    act(office, objection_id, "accept")

    act(office, objection_id, "decide", **(decision("check", True, 2) | {"verdict-2": "dismissed", "fix-1": "1"}))

    assert "异议部分成立，已更正" in company.page(f"/company/objections/{objection_id}").get_text()


def test_one_objection_at_a_time_and_a_new_one_after_it(as_, world):
    company = as_("company")
    objection_id = filed(company, world.refs["quarter"])
    page = f"/company/objections/new/{world.refs['quarter']}"
    assert "还在办理" in company.page(page).get_text()
    token = company.token()

    assert company.post(page, data={"csrf_token": token, "points-0": "再提一次。"}).status_code == 409

    case = f"/company/objections/{objection_id}"
    company.submit(f"{case}/withdraw", {"seen": 1}, page=case)
    assert filed(company, world.refs["quarter"]) != objection_id


def test_points_and_files_are_needed_as_the_form_says(as_, world):
    company = as_("company")
    page = f"/company/objections/new/{world.refs['check']}"

    assert "请至少写明一条" in company.submit(page, {"points-0": " "}).get_data(as_text=True)


def test_the_way_of_an_extension(as_, world):
    company, office, lead = as_("company"), as_("officer2"), as_("lead2")
    objection_id = reached(company, office, world, "rating", "accepted")
    assert "最迟2026年6月5日" in company.page(f"/company/objections/{objection_id}").get_text()

    act(office, objection_id, ASK[0], **ASK[1])
    act(lead, objection_id, "extension", granted="yes", ground="同意。")

    assert "最迟2026年6月10日" in company.page(f"/company/objections/{objection_id}").get_text()
    assert ACCEPT  # the way is legal from acceptance only
