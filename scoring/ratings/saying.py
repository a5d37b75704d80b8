"""A published result said plainly, with its rules, its day and the next step: for page, API and paper alike."""

from portal.kernel.i18n import _, language
from portal.kernel.said import Said
from scoring.ratings.explained import QuarterExplained, RatingExplained


def quarter_said(made: QuarterExplained) -> Said:
    """How the quarter's score came about."""
    versions = sorted({month.standard_version for month in made.months})
    basis = _("检查标准%(versions)s版", versions=_("、").join(versions)) if versions else None
    return Said(
        f"quarter:{made.quarter}/{made.estate_code}", (made.sentence,), basis, made.row["public_from"], _contest(),
        f"/quarters/{made.quarter}/estates/{made.estate_code}",
    )  # fmt: skip


def rating_said(made: RatingExplained) -> Said:
    """What the year's rating is and what it stands on; also why there is none."""
    return Said(
        f"rating:{made.year}/{made.estate_code}", made.sentences, made.rules.text("reference", language()),
        made.row["public_from"], _contest(), f"/ratings/{made.year}/estates/{made.estate_code}",
    )  # fmt: skip


def _contest() -> str:
    return _("企业对结果有不同意见的，可以在平台上提出异议，由没有经手的人员复核。")
