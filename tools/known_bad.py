#!/usr/bin/env python3
"""Holds the locks (requirements*.txt) against tools/known_bad.csv: versions with a published advisory, as known on the day in ``AS_OF``.

    tools/known_bad.py            # offline; also a test (tests/security/test_locks.py)
    tools/known_bad.py --online   # asks the public advisory databases through pip-audit, in an environment of its own

A new advisory: a line in the list, ``AS_OF`` moved on, and the lock raised (``tools/lock.sh --upgrade``). Ends with 1 for a bad version
or a locked distribution without hashes.
"""

import csv
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[1]
LIST = PROJECT / "tools" / "known_bad.csv"
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-bench.txt")
AS_OF = date(2026, 11, 22)
_PINNED = re.compile(
    r"(?m)^(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)(?P<rest>(?:[^\n]*\\\n)*[^\n]*)"
)


@dataclass(frozen=True)
class Pinned:
    """A distribution of a lock: canonical name, version, and how many hashes vouch for its files."""

    name: str
    version: str
    hashes: int


@dataclass(frozen=True)
class Bad:
    """A line of the list: the versions that an advisory is about, and the day on which it was published."""

    package: str
    versions: SpecifierSet
    advisory: str
    published: date


def pinned(text: str) -> list[Pinned]:
    """The distributions of a lock."""
    return [
        Pinned(canonicalize_name(one["name"]), one["version"], one["rest"].count("--hash=sha256:"))
        for one in _PINNED.finditer(text)
    ]


def known_bad() -> list[Bad]:
    """The committed list."""
    with LIST.open(encoding="utf-8", newline="") as file:
        return [
            Bad(row["package"], SpecifierSet(row["versions"]), row["advisory"], date.fromisoformat(row["published"]))
            for row in csv.DictReader(file)
        ]


def objections(text: str) -> Iterator[str]:
    """What is wrong with a lock: a sentence for each bad version and for each distribution without a hash."""
    bad = known_bad()
    for one in pinned(text):
        if not one.hashes:
            yield f"{one.name}=={one.version} has no hash"
        for line in bad:
            if line.package == one.name and line.versions.contains(one.version, prereleases=True):
                yield f"{one.name}=={one.version} is within {line.versions}: {line.advisory} of {line.published}"


def online() -> int:
    """pip-audit on each lock, in an environment that is thrown away; its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([f"{folder}/bin/pip", "install", "--quiet", "pip-audit"], check=True)
        asked = [f"--requirement={PROJECT / name}" for name in LOCKS]
        done = subprocess.run([f"{folder}/bin/pip-audit", "--disable-pip", "--require-hashes", *asked], check=False)
    return done.returncode


if __name__ == "__main__":
    if "--online" in sys.argv[1:]:
        sys.exit(online())
    told = [f"{name}: {sentence}" for name in LOCKS for sentence in objections((PROJECT / name).read_text())]
    print("\n".join(told) or f"none of {len(known_bad())} advisories known on {AS_OF} is about a locked version")
    sys.exit(1 if told else 0)
