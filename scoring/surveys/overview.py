"""What of a year is in and what is missing, estate by estate."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.kernel import clock, hooks
from portal.kernel.access import Actor
from portal.kernel.divisions import covers
from portal.registry import api as registry
from scoring.rules.errors import NoRuleSetInForce, UnknownKind
from scoring.rules.rulesets import RuleSet, rule_set_for
from scoring.surveys import queries

MISSING = ("survey", "sample", "indicators", "collection", "veto", "any")


@dataclass(frozen=True)
class YearRow:
    """An estate's facts of a year. ``survey``: (households, valid responses, score) or None; ``required``: the fewest
    valid responses that count; ``needs_rate``: its rule set asks for a collection rate."""

    estate_code: str
    name: str
    kind: str
    division_code: str
    survey: tuple[int, int, int] | None
    required: int
    indicators: dict[str, int]
    wanted: tuple[str, ...]
    rate_cp: int | None
    needs_rate: bool
    vetoes: tuple[str, ...]
    is_published: bool

    @property
    def sample_is_enough(self) -> bool:
        """Whether the survey counts."""
        return self.survey is not None and self.survey[1] >= self.required

    @property
    def indicators_missing(self) -> tuple[str, ...]:
        """Codes of the rule set's indicators that are not in."""
        return tuple(code for code in self.wanted if code not in self.indicators)

    @property
    def gaps(self) -> set[str]:
        """What ``MISSING`` finds this row by."""
        found = {
            "survey": self.survey is None,
            "sample": self.survey is not None and not self.sample_is_enough,
            "indicators": bool(self.indicators_missing),
            "collection": self.needs_rate and self.rate_cp is None,
        }
        gaps = {name for name, missing in found.items() if missing}
        return gaps | ({"any"} if gaps else set()) | ({"veto"} if self.vetoes else set())


@dataclass(frozen=True)
class YearOverview:
    """The rows that the filters leave, by estate code, and how many of the whole jurisdiction have what."""

    year: int
    rows: tuple[YearRow, ...]
    counts: dict[str, int]
    estates: int


def year_overview(
    db: Session, actor: Actor, year: int, *, q: str = "", division: str = "", kind: str = "", missing: str = ""
) -> YearOverview:
    """The estates of the actor's jurisdiction and their facts; ``missing``: one of ``MISSING``."""
    every = _rows(db, actor, year)
    counts = {name: sum(name in row.gaps for row in every) for name in MISSING}
    text = q.strip().casefold()
    kept = tuple(
        row
        for row in every
        if (not text or text in row.name.casefold() or text in row.estate_code.casefold())
        and (not division or covers(division, row.division_code))
        and kind in ("", row.kind)
        and (missing not in MISSING or missing in row.gaps)
    )
    return YearOverview(year, kept, counts, len(every))


def _rows(db: Session, actor: Actor, year: int) -> list[YearRow]:
    day = min(date(year, 12, 31), clock.today())
    estates = registry.estates_frame(db, day, within=actor.division_code)
    facts = queries.facts(db, year)
    surveys = {row.estate_code: row for row in facts.surveys.itertuples(index=False)}
    rates = dict(zip(facts.collection_rates["estate_code"], facts.collection_rates["rate_cp"].tolist(), strict=True))
    indicators: dict[str, dict[str, int]] = {}
    for row in facts.indicators.itertuples(index=False):
        indicators.setdefault(row.estate_code, {})[row.indicator_code] = int(row.score_cp)
    vetoes: dict[str, list[str]] = {}
    for row in facts.vetoes.itertuples(index=False):
        vetoes.setdefault(row.estate_code, []).append(row.veto_code)
    public: set[str] = set().union(*hooks.announce("year.published", db, year=year))
    rules = {kind: rules_of(kind, year) for kind in set(estates["kind"])}
    made = []
    for estate in estates.itertuples(index=False):
        own, found = rules[estate.kind], surveys.get(estate.estate_code)
        survey = (int(found.households), int(found.valid_responses), int(found.score_cp)) if found else None
        made.append(
            YearRow(
                estate_code=estate.estate_code,
                name=estate.name,
                kind=estate.kind,
                division_code=estate.division_code,
                survey=survey,
                required=own.sample.required(survey[0] if survey else int(estate.households)) if own else 0,
                indicators=indicators.get(estate.estate_code, {}),
                wanted=tuple(own.indicators) if own else (),
                rate_cp=rates.get(estate.estate_code),
                needs_rate=bool(own and "collection" in own.weights),
                vetoes=tuple(vetoes.get(estate.estate_code, ())),
                is_published=estate.estate_code in public,
            )
        )
    return made


def rules_of(kind: str, year: int) -> RuleSet | None:
    """The rule set of a kind of estate in a year, if any is in force."""
    try:
        return rule_set_for(kind, year)
    except (NoRuleSetInForce, UnknownKind):
        return None
