"""Documents: links lead somewhere, and the change record names the version that is released."""

import re
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.architecture.sources import PROJECT

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img[^>]+src=\"([^\"]+)\"")
FOLDERS = ("docs", "portal", "scoring", "mediation", "disclosure", "tests", "instance")


def documents() -> list[Path]:
    nested = [path for folder in FOLDERS for path in (PROJECT / folder).rglob("*.md") if "vendor" not in path.parts]
    return sorted([*PROJECT.glob("*.md"), *nested])


def _targets(path: Path) -> list[str]:
    found = [first or second for first, second in LINK.findall(path.read_text())]
    return [target for target in found if not target.startswith(("http://", "https://", "mailto:"))]


def _anchors(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", path.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_lead_somewhere(path):
    broken = []
    for target in _targets(path):
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in _anchors(file)):
            broken.append(target)
    assert broken == []


def test_changes_name_the_version():
    setup = ConfigParser()
    setup.read(PROJECT / "setup.cfg")
    assert f"## {setup['metadata']['version']}" in (PROJECT / "CHANGES.md").read_text()
