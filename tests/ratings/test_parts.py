"""A year rated in parts, here, on a cluster or from Parquet files, is the year rated in one go, to the last reason."""

import json
import random
from contextlib import suppress
from datetime import date

import distributed
import pytest
from sqlalchemy import select

from portal.kernel import clock, hooks
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.periods import Year
from scoring.ratings import api as ratings
from scoring.ratings import cluster
from scoring.ratings.figures import parts
from scoring.ratings.figures import year as figures
from scoring.ratings.models import PreparedRating
from scoring.rules import rulesets
from tests.ratings import district as d
from tests.rules.sample_export import CAPS
from tests.rules.sample_export import limiters as listed

YEAR, ON = Year(2025), date(2026, 1, 25)
CODES = {f"E-{n:02d}": (("commodity", "village", "affordable")[n % 3], d.COMMUNITIES[n % 3]) for n in range(14)}


@pytest.fixture
def district(instance, monkeypatch):
    """Fourteen estates in two streets: some rated, some pending, one that nobody serves; an indicator and a fact that only rooms
    above know."""
    d.wire(monkeypatch)
    known = {"disclosure_overdue_quarters": {"E-03": 2, "E-04": 1}}
    own = {"indicator": "disclosure", "scores": dict.fromkeys(CODES, 7300), "evidence": "平台计算"}
    monkeypatch.setitem(hooks._subscribers, "rating.facts", [lambda db, **asked: known])
    monkeypatch.setitem(hooks._subscribers, "indicators.computed", [lambda db, **asked: own])
    d.found_district(CODES, {"E-06": ""})
    chance = random.Random(5)
    for quarter in YEAR.quarters[:2]:
        with clock.on(date(2025, 8, 20)):
            with transaction() as db:
                items = d.checklist(db)
                for code in CODES:
                    for month in quarter.months[: 1 if code == "E-05" else 2]:
                        d.add_check(db, code, str(month), d.random_results(chance, items), "confirmed")
            with transaction() as db:
                ratings.publish_quarter(db, d.CLI, quarter, on=date(2025, 8, 20))
    with clock.on(date(2026, 1, 5)), transaction() as db:
        for place, code in enumerate(CODES):
            if code != "E-09":
                d.add_year_facts(db, code, 7600 + 150 * place, collection=CODES[code][0] == "village")
    with clock.on(ON):
        yield instance


@pytest.fixture
def capped(monkeypatch):
    """Every limiter on; those of categories bite."""
    caps = [cap for cap in CAPS if cap[0] != "category_below"] + [("category_below", "", 9700, 4)]
    for rules in rulesets.all_rule_sets():
        monkeypatch.setitem(rules.data, "limiters", listed(caps))


class Undone(Exception):
    """Nothing of a trial stays."""


def prepared(**where):
    """What ``prepare_year`` would store: every figure, component and reason as text."""
    kept = {}
    with suppress(Undone), transaction() as db:
        ratings.prepare_year(db, d.CLI, YEAR, on=ON, where=ratings.Where(**where))
        kept |= dict(db.execute(select(PreparedRating.estate_code, PreparedRating.figures)).all())
        raise Undone
    return kept


def here(deed, orders, address=None):
    """A cluster that is this process: every order goes over the wire as it would."""
    from distributed.protocol import deserialize, serialize

    for order in orders:
        yield deed(deserialize(*serialize(order)))


def test_parts_here_by_workers_and_from_files_give_every_figure_and_reason_of_one_go(
    district, capped, monkeypatch, tmp_path
):
    whole = prepared()
    assert len(whole) == 14
    told = [json.loads(text) for text in whole.values()]
    assert {row["status"] for row in told} == {"rated", "pending", "not_eligible"}
    assert any(reason.startswith("limiter:category_below") for row in told for reason in row["reasons"])
    monkeypatch.setattr(figures, "AT_ONCE", 3)
    monkeypatch.setattr(parts, "MOST", 3)
    monkeypatch.setattr(parts.split, "__defaults__", (3,))
    assert prepared() == whole, "in parts, one after the other"
    monkeypatch.setattr(cluster, "each", here)
    assert prepared(cluster="here") == whole, "workers that read the database"
    with monkeypatch.context() as without:
        without.setattr(parts, "reading", None)
        assert prepared(cluster="here", folder=str(tmp_path)) == whole, "workers that read Parquet and no database"
    assert len(list(tmp_path.glob("*/quarters.parquet"))) == 6, "two streets, at most three estates each"


def test_workers_of_another_release_or_with_other_data_are_refused(district, monkeypatch):
    monkeypatch.setattr(cluster, "each", here)
    with monkeypatch.context() as other:
        other.setattr(parts, "rules_now", iter(["ours", "theirs"]).__next__)
        with pytest.raises(Conflict, match="版本"):
            prepared(cluster="here")
    monkeypatch.setattr(parts, "state_of", lambda db: (9_999, "f" * 64))
    with pytest.raises(Conflict, match="落后的副本"):
        prepared(cluster="here")


def test_a_cluster_that_is_not_there_is_named(district, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", "0.2s")
    with pytest.raises(DomainError, match="tcp://127.0.0.1:9"):
        prepared(cluster="tcp://127.0.0.1:9")
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(DomainError, match="cluster"):
        prepared(cluster="tcp://127.0.0.1:9")


@pytest.mark.postgres
def test_two_worker_processes_give_the_same_year(district, monkeypatch, tmp_path):
    whole = prepared()
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, local_directory=str(tmp_path)
    ) as workers:
        monkeypatch.setattr(parts.split, "__defaults__", (2,))
        assert prepared(cluster=workers.scheduler_address) == whole
        with reading() as db:
            assert not list(db.scalars(select(PreparedRating.estate_code)))
