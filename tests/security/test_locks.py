"""What is installed: every distribution exact, with hashes, and none that is known to be bad."""

import re
from configparser import ConfigParser
from importlib.util import module_from_spec, spec_from_file_location

import pytest
from packaging.utils import canonicalize_name

from tests.architecture.sources import PROJECT

LOCKS = sorted(path.name for path in PROJECT.glob("requirements*.txt"))


@pytest.fixture(scope="module")
def known_bad():
    spec = spec_from_file_location("known_bad", PROJECT / "tools" / "known_bad.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_all_locks_are_looked_at(known_bad):
    assert sorted(known_bad.LOCKS) == LOCKS


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_is_exact_and_hashed_and_holds_nothing_known_to_be_bad(known_bad, name):
    text = (PROJECT / name).read_text()
    required = [line for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]
    assert len(known_bad.pinned(text)) == len(required), "every line names one version"
    assert list(known_bad.objections(text)) == []


def test_a_bad_version_and_a_missing_hash_are_told(known_bad):
    lock = "Jinja2==3.1.4 \\\n    --hash=sha256:aa\nflask==3.1.3\n"
    assert [sentence.split(" ")[0] for sentence in known_bad.objections(lock)] == [
        "jinja2==3.1.4",
        "jinja2==3.1.4",
        "flask==3.1.3",
    ]


def test_the_list_is_of_its_day(known_bad):
    found = known_bad.known_bad()
    assert len({(one.advisory, one.package, str(one.versions)) for one in found}) == len(found)
    assert max(one.published for one in found) <= known_bad.AS_OF
    assert all(re.fullmatch(r"CVE-\d{4}-\d{4,}|GHSA(-\w{4}){3}|PYSEC-\d{4}-\d+", one.advisory) for one in found)


def test_what_the_portal_needs_is_locked(known_bad):
    setup = ConfigParser()
    setup.read(PROJECT / "setup.cfg")
    lines = [line.strip() for line in setup["options"]["install_requires"].splitlines()]
    needed = {canonicalize_name(re.match(r"[\w.-]+", line)[0]) for line in lines if line and not line.startswith("#")}
    locked = {one.name for one in known_bad.pinned((PROJECT / "requirements.txt").read_text())}
    assert len(needed) > 20
    assert needed - locked == set()
