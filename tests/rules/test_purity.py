"""The rules divide in one place, read files in one place, and know no clock, chance, web or database."""

import ast
from pathlib import Path

import pytest

import scoring.rules.rounding as rounding

ROOM = Path(rounding.__file__).parent
MODULES = sorted(ROOM.glob("*.py"))
ALLOWED = {"collections", "collections.abc", "dataclasses", "enum", "functools", "typing", "numpy", "pandas"}
READER = {"json", "importlib.resources"}


def divisions(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div | ast.FloorDiv):
            found.append(f"line {node.lineno}: division")
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in {"round", "around", "rint", "mean", "divide", "floor_divide", "true_divide", "div", "truediv"}:
                found.append(f"line {node.lineno}: {name}()")
            if name == "float" or (name == "astype" and any("float" in ast.dump(arg) for arg in node.args)):
                found.append(f"line {node.lineno}: float")
    return found


@pytest.mark.parametrize(
    "source", ["a / b", "a //= b", "round(x)", "frame.mean()", "x.astype(float)", "np.divide(a, b)"]
)
def test_the_walk_sees_a_division(source):
    assert divisions(source)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_only_rounding_divides(path):
    found = divisions(path.read_text(encoding="utf-8"))
    assert bool(found) == (path.stem == "rounding"), found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_rules_import_numbers_and_themselves_only(path):
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module)
    assert names <= ALLOWED | (READER if path.stem == "rulesets" else set())


def test_half_up_rounds_halves_upward_and_refuses_an_empty_divisor():
    assert [rounding.half_up(a, b) for a, b in [(1, 2), (3, 2), (5, 2), (1, 3), (2, 3), (0, 7)]] == [1, 2, 3, 0, 1, 0]
    for by in (0, -1):
        with pytest.raises(ZeroDivisionError):
            rounding.half_up(1, by)
