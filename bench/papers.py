"""``batch_check_1000`` and ``pdf_decision``: what the portal answers on paper.

The check: 1,000 companies in one request against a register of 3,000, half by code, half by name, some written differently, with
the signed receipt; beside DuckDB's exact join of the same questions with the same register (no variants, no receipt). The PDF: a
decision of one page, tagged for screen readers (PDF/UA); beside bare WeasyPrint of the same text without tags or style.
"""

import random
import time
from typing import Any

import duckdb
import pandas as pd
from sqlalchemy import insert
from stdnum.cn import uscc as code

from portal.kernel import audit, clock, pdf
from portal.kernel.access import system_actor
from portal.kernel.db import transaction
from portal.registry.models import Enterprise
from portal.registry.search.key import search_key

COMPANIES, QUESTIONS, LIMIT_S = 3000, 1000, 2.0
FIRST = "海天云山林泉月星春秋金玉宝龙凤华富康乐安"
LAST = ("物业服务有限公司", "物业管理有限公司", "城市服务股份有限公司")


def register() -> list[tuple[str, str]]:
    """Companies by (code, name), put into the database."""
    chance, found, at = random.Random(3), {}, clock.now()
    while len(found) < COMPANIES:
        body = f"91440300{chance.randrange(10**9):09d}"
        name = "深圳市虚构" + "".join(chance.sample(FIRST, 3)) + chance.choice(LAST)
        found[name] = body + code.calc_check_digit(body)
    rows = [
        {"uscc": number, "name": name, "search_key": search_key(name, number), "recorded_at": at}
        for name, number in found.items()
    ]
    with transaction() as db:
        audit.record(db, system_actor("bench"), "registry.imported", "bench:companies")
        db.execute(insert(Enterprise), rows)
    return [(number, name) for name, number in found.items()]


def questions(companies: list[tuple[str, str]]) -> list[dict[str, str]]:
    """Half by code, a quarter by name, the rest by names as people write them."""
    chance, asked = random.Random(4), []
    for place, (number, name) in enumerate(chance.sample(companies, QUESTIONS)):
        short = name.removeprefix("深圳市").replace("有限公司", "有限责任公司")
        asked.append(({"uscc": number}, {"uscc": number}, {"name": name}, {"name": short})[place % 4])
    return asked


def check_batch(client: Any, asked: list[dict[str, str]]) -> float:
    """Seconds of one request; exits when a company was not recognised or it took longer than ``LIMIT_S``."""
    began = time.perf_counter()
    answer = client.post("/api/v1/lists/check", json={"as_of": clock.today().isoformat(), "queries": asked})
    seconds = time.perf_counter() - began
    if answer.status_code != 200 or any(item["status"] == "unknown" for item in answer.json["items"]):
        raise SystemExit(f"the check answers {answer.status_code}: {answer.text[:300]}")
    return seconds


def join_batch(companies: list[tuple[str, str]], asked: list[dict[str, str]]) -> float:
    """Seconds of an exact join by code or name."""
    held = pd.DataFrame(companies, columns=["uscc", "name"])
    wanted = pd.DataFrame([{"uscc": q.get("uscc"), "name": q.get("name")} for q in asked])
    with duckdb.connect(config={"threads": 2}) as db:
        db.register("held", held)
        db.register("wanted", wanted)
        began = time.perf_counter()
        db.execute("SELECT * FROM wanted w JOIN held h ON w.uscc = h.uscc").fetchall()
        db.execute("SELECT * FROM wanted w JOIN held h ON w.name = h.name").fetchall()
        return time.perf_counter() - began


SENTENCE = "经查，你公司在物业服务活动中未按照规定公开共有资金收支情况。"
BODY = (
    '<p class="issuer">深圳市宝安区住房和建设局</p><h1>行政决定书</h1><p class="number">深宝住建决〔2026〕12号</p>'
    + "".join(f"<h2>{part}</h2><p>{SENTENCE * 8}</p>" for part in ("事实", "依据", "决定", "救济"))
    + "<table><tr><th scope='col'>项目</th><th scope='col'>分值</th></tr>"
    + "".join(f"<tr><td>第{n}项</td><td>{n}.00</td></tr>" for n in range(1, 13))
    + "</table>"
)  # fmt: skip


def pdf_ours() -> float:
    """Seconds of the portal's document."""
    began = time.perf_counter()
    made = pdf.render(BODY, title="行政决定书")
    if not made.startswith(b"%PDF"):
        raise SystemExit("no PDF was made")
    return time.perf_counter() - began


def pdf_bare() -> float:
    """Seconds of WeasyPrint alone."""
    from weasyprint import HTML

    began = time.perf_counter()
    HTML(string=f"<html><body>{BODY}</body></html>").write_pdf()
    return time.perf_counter() - began
