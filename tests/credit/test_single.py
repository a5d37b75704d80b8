"""One subject in plain values and many in a table: the same score, whatever the events."""

from collections import namedtuple
from datetime import date

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.credit import api, inherited, single
from scoring.rules import credit as rules

DAY, SINCE = date(2026, 3, 2), date(2026, 1, 1)
COLUMNS = ["case_id", "subject_type", "subject", "act", "code", "points_cp", "estate_code", "uscc", "document",
           "document_on", "issued_by", "valid_from", "valid_to", "step"]  # fmt: skip
Row = namedtuple("Row", COLUMNS)
CODES = {"B07": (-1800, -600), "B11": (-600, -333), "G06": (100, 300), "B34": (0,)}
WHOSE = [("enterprise", "A", None), ("enterprise", "F", None), ("enterprise", "H", None), ("manager", "M", "A"),
         ("manager", "N", "A"), ("manager", "M", "F")]  # fmt: skip
FORMERS = inherited.Succession(33, (("F", "A", SINCE), ("H", "A", SINCE)))


@st.composite
def event_rows(draw):
    found = []
    for place in range(draw(st.integers(0, 9))):
        code = draw(st.sampled_from(["B07", "B11", "B11", "G06", "B34"]))
        kind, subject, uscc = draw(st.sampled_from(WHOSE))
        begins = draw(st.sampled_from([date(2025, 11, 3), date(2026, 2, 1)]))
        points, act = draw(st.sampled_from(CODES[code])), draw(st.sampled_from("xy"))
        found.append(Row(f"c{place}", kind, subject, act, code, points, None, uscc, "宝建〔2026〕1号", None, "区住房建设局",
                         begins, None, "confirmed"))  # fmt: skip
    return found


def _of_many(rows, kind, subject, after):
    """The score and the succession's shares by way of tables, as the lists and the open data ask for them."""
    tariff = rules.tariff_on(DAY.isoformat())
    frame = pd.DataFrame(rows, columns=COLUMNS)
    made = api._rows(api._counted(frame, DAY), kind, tariff, after)
    mine = made[made["subject"] == subject].reset_index(drop=True)
    score = rules.credit_scores(mine, pd.Series([subject], dtype="object"), tariff).iloc[0]
    return (score.good_cp, score.bad_cp, score.score_cp, score.grade), mine


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(event_rows(), st.sampled_from([("enterprise", "A"), ("enterprise", "A"), ("manager", "M")]), st.booleans())
def test_one_subject_scores_as_among_many(rows, asked, succeeds):
    kind, subject = asked
    after = FORMERS if succeeds and kind == "enterprise" else inherited.NONE
    found = single._scored(rows, kind, subject, DAY, after)
    score, mine = _of_many(rows, kind, subject, after)
    assert (found.good_cp, found.bad_cp, found.score_cp, found.grade) == score
    assert sum(event.counted_cp for event in found.events) == mine["points_cp"].sum()
    shares = sorted(event.counted_cp for event in found.events if event.is_share)
    assert shares == sorted(mine.loc[mine["code"].str.contains(":"), "points_cp"])
    assert len(found.events) == len(mine)
