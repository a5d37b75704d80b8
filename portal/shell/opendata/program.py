"""The recomputation as one file for anybody: ``scoring.recompute`` and the rules that it imports, nothing else of the portal.

It runs with Python and pandas: ``python recompute.pyz open-data``. The same code always makes the same bytes.
"""

import io
import zipfile
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

ENTRY = b"import sys\n\nfrom scoring.recompute import main\n\nsys.exit(main(sys.argv[1:]))\n"
AGE = (1980, 1, 1, 0, 0, 0)


@cache
def packed() -> bytes:
    """The program as a zip application."""
    found = {"__main__.py": ENTRY, "scoring/__init__.py": b""}
    found["scoring/recompute.py"] = files("scoring").joinpath("recompute.py").read_bytes()
    _collect(files("scoring.rules"), "scoring/rules", found)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(found):
            archive.writestr(zipfile.ZipInfo(name, AGE), found[name], zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _collect(folder: Traversable, at: str, found: dict[str, bytes]) -> None:
    for entry in folder.iterdir():
        name = f"{at}/{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            _collect(entry, name, found)
        elif entry.name.endswith((".py", ".json")):
            found[name] = entry.read_bytes()
