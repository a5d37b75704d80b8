"""What the architecture tests read: the project's own files."""

import ast
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("portal", "scoring", "mediation", "disclosure")


def modules(*folders: str) -> list[Path]:
    """Python files of the packages (or of the folders named), in a fixed order."""
    found = sorted(path for folder in folders or PACKAGES for path in (PROJECT / folder).rglob("*.py"))
    assert found, f"no Python files under {folders or PACKAGES}"
    return found


def templates() -> list[Path]:
    """Every page template."""
    found = sorted(path for package in PACKAGES for path in (PROJECT / package).glob("**/templates/**/*.html"))
    assert found, "no templates found"
    return found


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text(), str(path))


def where(path: Path, node: ast.AST | int) -> str:
    """``portal/kernel/db.py:12``."""
    line = node if isinstance(node, int) else getattr(node, "lineno", 0)
    return f"{path.relative_to(PROJECT)}:{line}"


def dotted(node: ast.AST) -> str:
    """``datetime.datetime.now`` for an attribute chain of names, else an empty text."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (base := dotted(node.value)):
        return f"{base}.{node.attr}"
    return ""


def has_chinese(text: str) -> bool:
    """Whether a text holds a Chinese character or full-width punctuation."""
    return any("\u3400" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f" or "\uff00" <= c <= "\uffef" for c in text)
