"""docs/access.md says what the code grants."""

from importlib.util import module_from_spec, spec_from_file_location

from portal.kernel.access import GRANTS, Permission, Role
from tests.architecture.sources import PROJECT


def _printer():
    spec = spec_from_file_location("access_table", PROJECT / "tools" / "access_table.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _granted(text: str) -> dict[str, set[str]]:
    """Role to permissions, read back from the table."""
    head, _rule, *rows = [line for line in text.splitlines() if line.startswith("|")]
    names = [cell.strip() for cell in head.strip("|").split("|")][1:]
    found: dict[str, set[str]] = {name: set() for name in names}
    for row in rows:
        permission, *marks = [cell.strip() for cell in row.strip("|").split("|")]
        for name, mark in zip(names, marks, strict=True):
            if mark:
                found[name].add(permission.strip("`"))
    return found


def test_the_access_table_is_up_to_date():
    text = (PROJECT / "docs" / "access.md").read_text()
    assert text == _printer().document(), "run tools/access_table.py --write"


def test_the_access_table_reads_back_as_what_is_granted():
    granted = _granted((PROJECT / "docs" / "access.md").read_text())
    assert granted == {str(role): {str(permission) for permission in GRANTS[role]} for role in Role}


def test_every_permission_is_somebodys():
    held = set().union(*GRANTS.values())
    assert [permission for permission in Permission if permission not in held] == []
