"""Public pages that open a figure: an estate's quarter and an estate's year, down to finding, photo and clause."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from flask import Response, render_template, url_for

from portal.kernel import charts, hooks
from portal.kernel.errors import NotFound
from portal.kernel.flags import flags, plain
from portal.kernel.i18n import _
from portal.kernel.points import print_cp
from portal.kernel.table_files import sent_json
from portal.kernel.web import public, request_session
from portal.registry import api as registry
from scoring.ratings import api, saying, sentences
from scoring.ratings.explain import CategoryExplained, MonthExplained, QuarterExplained, RatingExplained
from scoring.ratings.shapes import PublicReply
from scoring.ratings.views import quarter_table
from scoring.ratings.views.blueprint import Areas, bp, quarter_of, year_of
from scoring.ratings.views.corrections import corrections
from scoring.ratings.views.words import indicator_name, reason_text, short_name

STREET, DISTRICT = 9, 6


@dataclass(frozen=True)
class Place:
    """Where an estate stands in a quarter: both ranks and the movement, as sentences."""

    street: str
    district: str
    movement: str


def _place(table: pd.DataFrame, code: str, areas: Areas) -> Place:
    row = quarter_table.rows_of(table[table["estate_code"] == code])[0]
    scored = table[(table["kind"] == row.kind) & table["score_cp"].notna()]

    def rank(digits: int, name: str) -> str:
        group = scored[scored["division_code"].str[:digits] == row.division_code[:digits]]
        own = getattr(row, name)
        tied = int((group[name] == own).sum()) - 1 if own is not None else 0
        area = areas.name(row.division_code[:digits].ljust(12, "0"))
        return sentences.rank_sentence(own, len(group), area, row.kind, tied)

    moved = sentences.movement_sentence(row.previous_quarter, row.score_delta_cp, row.district_delta)
    return Place(rank(STREET, "rank_street"), rank(DISTRICT, "rank_district"), moved)


def bars_of(month: MonthExplained) -> list[dict[str, Any]]:
    """The category bars of a month, each a link to what was lost in it."""
    return [
        {
            "label": category.name,
            "url": f"#{month.month}-{category.code}" if category.items else "",
            "earned_cp": category.earned_cp,
            "max_cp": category.applicable_cp,
        }
        for category in month.categories
    ]


def replies_of(period: Any, code: str) -> dict[str, PublicReply]:
    """What enterprises say about a result, by the part it is about."""
    answers = hooks.announce("result.replies", request_session(), period=str(period), estate_code=code)
    return {reply.part: reply for answer in answers for reply in answer}


def _replies_answer(period: Any, code: str) -> list[dict[str, Any]]:
    return [
        {
            "month": reply.part.partition("/")[0] or None,
            "item_code": reply.part.partition("/")[2] or None,
            "uscc": reply.uscc,
            "reply": reply.text,
            "replied_on": reply.on,
            "photos": [url_for("replies.public_photo", photo_id=photo) for photo, _sha256 in reply.photos],
        }
        for reply in replies_of(period, code).values()
    ]


@bp.get("/quarters/<quarter>/estates/<code>")
@public
def quarter_estate(quarter: str, code: str) -> str:
    """How an estate's quarter score came about."""
    db, period, areas = request_session(), quarter_of(quarter), Areas()
    made = api.quarter_explained(db, period, code)
    return render_template(
        "ratings/quarter_estate.html",
        quarter=str(period),
        estate=_estate(code, period),
        made=made,
        said=saying.quarter_said(made),
        place=_place(quarter_table.quarter_frame(db, period), code, areas),
        areas=areas,
        company=_company(made.row["uscc"]),
        bars_of=bars_of,
        corrections=corrections(db, period, code),
        replies=replies_of(period, code),
        rounding=sentences.rounding_sentence(),
    )


@bp.get("/quarters/<quarter>/estates/<code>.json")
@public
def quarter_estate_json(quarter: str, code: str) -> Response:
    """The same explanation for programs: months, category sums, items."""
    made = api.quarter_explained(request_session(), quarter_of(quarter), code)
    return sent_json(
        {
            **_quarter_answer(made),
            "explanation": saying.quarter_said(made).row(),
            "replies": _replies_answer(quarter, code),
            **_flags(f"quarter:{made.quarter}/{code}"),
        }
    )


def _quarter_answer(made: QuarterExplained) -> dict[str, Any]:
    row = made.row
    return {
        "quarter": made.quarter,
        "estate_code": made.estate_code,
        **{name: row[name] for name in ("status", "months", "rank_district", "rank_street", "revision", "kind")},
        **{name: row[name] for name in ("division_code", "uscc", "manager_code", "rule_set")},
        "score": _points(row["score_cp"]),
        "snapshot": row["release_id"],
        "month_scores": [_month_answer(month) for month in made.months],
    }


def _month_answer(month: MonthExplained) -> dict[str, Any]:
    return {
        "month": month.month,
        "score": _points(month.score_cp),
        "earned": _points(month.earned_cp),
        "applicable": _points(month.applicable_cp),
        "standard_version": month.standard_version,
        "inspected_on": month.inspected_on,
        "categories": [_category_answer(category) for category in month.categories],
    }


def _category_answer(category: CategoryExplained) -> dict[str, Any]:
    return {
        "category_code": category.code,
        "earned": _points(category.earned_cp),
        "applicable": _points(category.applicable_cp),
        "items": [
            {
                "item_code": item.item.item_code,
                "result": item.result,
                "lost": _points(item.lost_cp),
                "photos": [
                    url_for("checks.public_photo", photo_id=p.id) for p in item.finding.photos if p.public_sha256
                ],
            }
            for item in category.items
        ],
    }


def _flags(ref: str) -> dict[str, Any]:
    return {"flags": plain(flags(request_session(), [ref]).get(ref, ()))}


def _points(value: int | None) -> str | None:
    return None if value is None else print_cp(value)


def _estate(code: str, period: Any) -> registry.EstateView:
    """The estate as it was on the period's last day; corrected away since, as it is now."""
    db = request_session()
    try:
        return registry.estate(db, code, as_of=period.last)
    except NotFound:
        return registry.estate(db, code)


def _company(uscc: str | None) -> registry.EnterpriseView | None:
    return registry.enterprise(request_session(), uscc) if uscc else None


@bp.get("/ratings/<year>/estates/<code>")
@public
def year_estate(year: str, code: str) -> str:
    """How an estate's rating came about."""
    db, period = request_session(), year_of(year)
    made = api.rating_explained(db, period, code)
    return render_template(
        "ratings/year_estate.html",
        year=str(period),
        estate=_estate(code, period),
        made=made,
        said=saying.rating_said(made),
        areas=Areas(),
        company=_company(made.row["uscc"]),
        picture=_picture(made),
        bands=_bands(made),
        corrections=corrections(db, period, code),
        replies=replies_of(period, code),
        release=api.release(db, made.row["release_id"]),
        indicator_name=indicator_name,
        reason_text=reason_text,
        meaning=sentences.star_meaning(period.number),
        bands_sentence=sentences.bands_sentence(made.rules),
        rounding=sentences.rounding_sentence(),
        required=made.rules.sample.required(made.survey["households"]) if made.survey else None,
    )


@bp.get("/ratings/<year>/estates/<code>.json")
@public
def year_estate_json(year: str, code: str) -> Response:
    """The same explanation for programs."""
    made = api.rating_explained(request_session(), year_of(year), code)
    row = made.row
    answer = {
        "year": made.year,
        "estate_code": made.estate_code,
        **{name: row[name] for name in ("rule_set", "stars", "status", "reasons", "revision", "kind", "division_code")},
        **{name: row[name] for name in ("uscc", "manager_code")},
        "total": _points(row["total_cp"]),
        "snapshot": row["release_id"],
        "explanation": saying.rating_said(made).row(),
        "components": [
            {"component": part.component, "weight": part.weight, "score": _points(part.score_cp), "status": part.status}
            for part in made.components
        ],
        "quarters": [{"quarter": used["quarter"], "score": _points(used["score_cp"])} for used in made.quarters],
    }
    return sent_json({**answer, "replies": _replies_answer(year, code), **_flags(f"rating:{made.year}/{code}")})


def _picture(made: RatingExplained) -> Any:
    """Where the points of the year went; the title names the component that lost most of the total."""
    known = [part for part in made.components if part.score_cp is not None]
    title = _("各部分得分怎样组成总分")
    if made.row["total_cp"] is not None and made.row["total_cp"] < 10000:
        worst = max(known, key=lambda part: part.weight * (10000 - (part.score_cp or 0)))
        title = _("总分%(total)s分，“%(name)s”失分最多", total=print_cp(made.row["total_cp"]), name=worst.name)
    rows = [(short_name(part.component), part.weight, part.score_cp) for part in made.components]
    return charts.year_waterfall(title, rows, made.row["total_cp"])


def _bands(made: RatingExplained) -> list[tuple[int, int, bool]]:
    """Stars, lower bound, and whether the rating is in this band."""
    return [(stars, bound, stars == made.row["stars"]) for stars, bound in made.rules.star_bounds]
