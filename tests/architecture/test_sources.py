"""Habits of the code that lint and import contracts cannot see."""

import ast

from tests.architecture.sources import PROJECT, dotted, modules, parsed, where

CLOCK = {
    f"{name}.{call}"
    for name in ("datetime", "date", "datetime.datetime", "datetime.date")
    for call in ("now", "today", "utcnow")
}
CLOCK |= {
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "func.now",
    "func.current_timestamp",
    "sa.func.now",
}


def test_package_inits_are_empty():
    """Code there runs on every import below it, and import contracts draw no edge for that."""
    written = [where(path, 1) for path in modules() if path.name == "__init__.py" and path.read_text().strip()]
    assert written == []


def test_every_package_folder_has_its_init():
    """A folder of modules without one would be invisible to the import contracts."""
    folders = {path.parent for path in modules()}
    assert [
        str(folder.relative_to(PROJECT)) for folder in sorted(folders) if not (folder / "__init__.py").exists()
    ] == []


def test_only_the_kernel_commits():
    found = {
        str(path.relative_to(PROJECT))
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    }
    assert found <= {"portal/kernel/db.py"}


def test_only_the_clock_reads_the_time():
    found = [
        where(path, node)
        for path in modules()
        if path != PROJECT / "portal/kernel/clock.py"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and dotted(node) in CLOCK
    ]
    assert found == []


def test_every_form_is_the_kernels():
    """Which looks through what is typed for characters that nobody sees."""
    found = [
        where(path, node)
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom)
        and (node.module, {alias.name for alias in node.names} & {"Form", "FlaskForm"})
        in (
            ("flask_wtf", {"FlaskForm"}),
            ("flask_wtf.form", {"FlaskForm"}),
            ("wtforms", {"Form"}),
            ("wtforms.form", {"Form"}),
        )
    ]
    assert [place for place in found if not place.startswith("portal/kernel/forms.py")] == []


def test_rules_round_in_one_place():
    """A star on the edge of a band must not depend on how a division rounds: see scoring/rules/rounding.py."""
    found = [
        where(path, node)
        for path in modules("scoring/rules")
        if path.name != "rounding.py"
        for node in ast.walk(parsed(path))
        if _divides(node) or _floats(node)
    ]
    assert found == []


def _divides(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp | ast.AugAssign):
        return isinstance(node.op, ast.Div | ast.FloorDiv)
    return isinstance(node, ast.Attribute) and node.attr in ("round", "div", "truediv", "floordiv", "mean", "divide")


def _floats(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float) or node.value in ("float", "float64", "Float64")
    return isinstance(node, ast.Name | ast.Attribute) and dotted(node) in (
        "float",
        "round",
        "np.float64",
        "numpy.float64",
    )


def test_sql_time_is_never_used():
    """The database's clock is a second clock; record times come from the kernel's."""
    found = [
        where(path, node)
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "CURRENT_TIMESTAMP" in node.value
    ]
    assert found == []
