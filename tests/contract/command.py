"""The installed command line as a stranger runs it: a process, an instance folder, nothing imported from the project."""

import csv
import json
import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import cache
from pathlib import Path

import openpyxl

from tests.databases import sqlite_place

BIN = Path(sys.executable).parent
HEADERS = {
    "login": "登录名", "role": "角色", "code": "行政区划代码", "level": "级别", "parent_code": "上级代码",
    "uscc": "统一社会信用代码", "legal_representative": "法定代表人", "phone": "联系电话", "manager_code": "项目负责人编号",
    "id_number": "身份证号", "estate_code": "小区编号", "kind": "类型", "division_code": "社区代码", "households": "户数",
    "floor_area_m2": "建筑面积", "delivered_on": "交付日期", "latitude": "纬度", "longitude": "经度", "starts_on": "开始日期",
    "ends_on": "结束日期", "month": "检查月份", "inspected_on": "检查日期", "inspector": "检查人", "item_code": "检查项",
    "result": "结果", "note": "说明", "year": "年度", "valid_responses": "有效问卷数", "indicator_code": "指标",
    "evidence": "依据", "rate": "收缴率", "decision": "决定书编号",
}  # fmt: skip
OF_KIND = {
    ("people", "name"): "姓名", ("people", "division_code"): "辖区代码", ("people", "uscc"): "企业",
    ("divisions", "name"): "名称", ("enterprises", "name"): "企业名称", ("enterprises", "address"): "注册地址",
    ("managers", "name"): "姓名", ("estates", "name"): "小区名称", ("estates", "address"): "地址",
    ("surveys", "score"): "满意度得分", ("indicators", "score"): "得分",
}  # fmt: skip
NUMBERS = ("year", "households", "valid_responses", "score", "rate", "floor_area_m2")


@cache
def _nursery() -> subprocess.Popen[str]:
    """One for the run; it ends with its standard input."""
    return subprocess.Popen(
        [sys.executable, Path(__file__).with_name("nursery.py")], cwd="/",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _born(words: list[str], environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own, from /, with libraries loaded before; what it says is kept in the folder."""
    order = {"words": words, "environment": environment}
    out, err = folder / "stdout.txt", folder / "stderr.txt"
    nursery = _nursery()
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(json.dumps({**order, "out": str(out), "err": str(err)}) + "\n")
    nursery.stdin.flush()
    code = int(nursery.stdout.readline())
    return subprocess.CompletedProcess(words, code, out.read_text("utf-8"), err.read_text("utf-8"))


class Portal:
    """One instance in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.instance = folder / "instance"
        folder.mkdir(parents=True, exist_ok=True)
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PORTAL_") and k != "DATABASE_URL"}
        self.environment = {**kept, "PORTAL_INSTANCE": str(self.instance)}

    def initialise(self) -> None:
        """What ``portal init`` leaves, as a copy: only some tests are about that command."""
        sqlite_place(Path(os.environ["PORTAL_TEST_RUN"]), self.instance)

    def run(self, *words: str, expect: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run ``portal WORDS`` from / in a process of its own; the exit code must be the expected one (None: any)."""
        done = _born([str(BIN / "portal"), *words], self.environment, self.folder)
        told = f"portal {' '.join(words)}: exit {done.returncode}, expected {expect}\n{done.stdout}{done.stderr}"
        assert expect is None or done.returncode == expect, told
        assert "Traceback" not in done.stderr, told
        return done

    def audit_rows(self) -> int:
        with closing(sqlite3.connect(self.instance / "portal.db")) as database:
            return int(database.execute("select count(*) from audit_log").fetchone()[0])

    def again(self, *words: str) -> None:
        """Repeating a command that was just done: exit 0 and no audit row more."""
        before = self.audit_rows()
        self.run(*words)
        assert self.audit_rows() == before, f"repeating portal {' '.join(words)} wrote to the audit log"

    def load(self, kind: str, rows: list[dict[str, str]], shape: int = 0, code: int = 0) -> str:
        """Write rows as a sheet (:func:`sheet`), import it, return what was said (stdout, or stderr if refused)."""
        path = sheet(self.folder, kind, rows, shape)
        done = self.run("import", kind, str(path), expect=code)
        return done.stderr if code else done.stdout

    def export(self, name: str) -> dict[str, list[dict[str, str]]]:
        """Every csv file of the open data by its name without the ending."""
        self.run("export", "open-data", str(self.folder / name))
        return read(self.folder / name)


def read(folder: Path) -> dict[str, list[dict[str, str]]]:
    found = {}
    for path in sorted(folder.glob("*.csv")):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf"), f"{path.name} has no BOM"
        with path.open(encoding="utf-8-sig", newline="") as file:
            found[path.stem] = list(csv.DictReader(file))
    return found


def recompute(folder: Path) -> subprocess.CompletedProcess[str]:
    """``python -m scoring.recompute`` with no portal at hand."""
    return subprocess.run(
        [sys.executable, "-m", "scoring.recompute", str(folder)],
        cwd="/", env=_strange_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip


def recompute_again(folder: Path) -> subprocess.CompletedProcess[str]:
    """The same at the price of a fork, for what was altered."""
    script = Path(__file__).resolve().parents[2] / "scoring" / "recompute.py"
    return _born([str(script), str(folder)], _strange_environment(), folder.parent)


def _strange_environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PORTAL_") and k != "DATABASE_URL"}
    return {**kept, "PORTAL_INSTANCE": "/nonexistent"}


def sheet(folder: Path, kind: str, rows: list[dict[str, str]], shape: int = 0) -> Path:
    """A file of rows; ``shape`` chooses the encoding, the order of columns and the language of each header."""
    rng = random.Random(f"{kind}{shape}")
    columns = list(rows[0])
    if shape:
        rng.shuffle(columns)
    header = [OF_KIND.get((kind, c), HEADERS.get(c, c)) if shape and rng.random() < 0.5 else c for c in columns]
    table = [header, *([row[c] for c in columns] for row in rows)]
    if shape % 4 == 3:
        return _workbook(folder / f"{kind}.xlsx", columns, table)
    path = folder / f"{kind}.csv"
    encoding = ("utf-8", "utf-8-sig", "gb18030")[shape % 4]
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(table)
    return path


def _workbook(path: Path, columns: list[str], table: list[list[str]]) -> Path:
    """Numbers as numbers, as a spreadsheet would hold them."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "数据"
    page.append(table[0])
    for row in table[1:]:
        page.append([
            float(v) if v and c in NUMBERS else int(v) if c == "result" and v.isdigit() else v or None
            for c, v in zip(columns, row, strict=True)
        ])  # fmt: skip
    book.save(path)
    return path
