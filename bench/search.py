"""``search_1500`` and ``search_150000``: the slowest of a set of queries, beside ``LIKE`` over the plain names.

The peer finds only what is written exactly; it reads every row. A database of its own, so that the year's figures stay theirs.
"""

import random
import sqlite3
import tempfile
import time
from contextlib import closing
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session

from portal.kernel import clock, ids, schema
from portal.registry import queries
from portal.registry.models import Division, Estate, EstateFacts
from portal.registry.search.key import search_key
from portal.shell.demo import names
from portal.shell.demo.plan import make

MIDDLE = tuple("海天云山林泉月星春秋金玉宝龙凤华富康乐安")
PHASES = ("", "", "", "一期", "二期", "三期", "北区", "南区")
ROUNDS = 5


def _rows(count: int) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    chance, plan, at = random.Random(7), make(10, 7), clock.now()
    homes = [row for row in plan.divisions if row["level"] == "community"]
    kinds = list(names.ESTATE_LAST.items())
    found = []
    for number in range(count):
        kind, last = kinds[number % len(kinds)]
        middle = "".join(chance.sample(MIDDLE, 2)) if count > 5000 else ""
        name = chance.choice(names.ESTATE_FIRST) + middle + chance.choice(last) + chance.choice(PHASES)
        home = chance.choice(homes)
        code = f"{home['code']}-{number:06d}"
        address = f"{home['name']}{chance.choice(MIDDLE)}{chance.choice(MIDDLE)}路{chance.randrange(1, 400)}号"
        found.append(
            {"id": ids.new_id(), "estate_code": code, "name": name, "kind": kind, "division_code": home["code"],
             "address": address, "households": 300, "search_key": search_key(name, code, address),
             "valid_from": date(1900, 1, 1), "valid_to": None, "recorded_at": at, "superseded_at": None}
        )  # fmt: skip
    return plan.divisions, found


def _asked(rows: list[dict[str, Any]]) -> list[str]:
    """Queries of every sort: exact, part, pinyin, initials, sound, slip, area, address, code, and without an answer."""
    from pypinyin import lazy_pinyin

    name = rows[len(rows) // 2]["name"]
    sounds = lazy_pinyin(name)
    return [
        name, name[:2], name[:-1] + "圆", "花园", "碧海花园", "壁海花园", "".join(sounds), "".join(sounds)[:-2] + "x",
        "".join(sound[0] for sound in sounds), "hyhy", "bihai", "西乡碧海花园", "西乡 碧海", rows[3]["address"],
        rows[5]["estate_code"], "没有这个小区", "qwertyuiop",
    ]  # fmt: skip


def measure(count: int) -> tuple[float, float, str]:
    """(seconds of our slowest query, seconds of the peer's slowest, that query of ours); medians of a few rounds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "search.db"
        url = f"sqlite:///{path}"
        schema.upgrade(url)
        divisions, rows = _rows(count)
        engine = create_engine(url)
        with Session(engine) as db:
            db.execute(insert(Division), divisions)
            db.execute(
                insert(Estate), [{"code": row["estate_code"], "recorded_at": row["recorded_at"]} for row in rows]
            )
            db.execute(insert(EstateFacts), rows)
            db.commit()
        asked = _asked(rows)
        with Session(engine) as db:
            ours = {
                query: _median(lambda query=query: queries.estates_matched(db, clock.today(), query, limit=20))
                for query in asked
            }
        engine.dispose()
        with closing(sqlite3.connect(path)) as plain:
            like = (
                "SELECT estate_code, name FROM estate_facts WHERE name LIKE ? OR address LIKE ? ORDER BY name LIMIT 20"
            )
            theirs = max(
                _median(lambda query=query: plain.execute(like, (f"%{query}%",) * 2).fetchall()) for query in asked
            )
    slowest = max(ours, key=lambda query: ours[query])
    return ours[slowest], theirs, slowest


def _median(deed: Any) -> float:
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        deed()
        times.append(time.perf_counter() - began)
    return median(times)
