"""From a company's name to a verified receipt, and from the data set to a recomputed star, by the public documentation alone:
the commands of the page are done as they stand there, by a stranger with nothing but Python, cryptography and pandas."""

import json
import shlex
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from portal.receipts import verifier
from tests.registry.sheets import USCC
from tests.shell.public_fixtures import app as app
from tests.shell.public_fixtures import instance as instance

NAME = "虚构长安物业"


class Stranger:
    """Does documented command lines in a folder of its own: ``curl`` through the test client, ``python`` for real."""

    def __init__(self, client, folder):
        self.client, self.folder = client, folder
        self.said = []

    def do(self, line):
        words = shlex.split(line)
        done = {"curl": self._curl, "python": self._python}[words[0]](words[1:])
        self.said.append(done)

    def _curl(self, words):
        options = {"-o": "", "-X": "GET", "-H": "", "-d": None}
        address, named = "", False
        rest = iter(words)
        for word in rest:
            if word in options:
                options[word] = next(rest)
            elif word == "-O":
                named = True
            else:
                address = word
        path = urlsplit(address).path
        headers = dict([options["-H"].split(": ")]) if options["-H"] else {}
        answer = self.client.open(path, method=options["-X"], data=options["-d"], headers=headers)
        assert answer.status_code == 200, answer.text
        (self.folder / (options["-o"] or path.split("/")[-1] if named else options["-o"])).write_bytes(answer.data)
        answer.close()

    def _python(self, words):
        done = subprocess.run(
            [sys.executable, "-I", *words], cwd=self.folder, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout.split(":")[0]


@pytest.fixture
def stranger(client, tmp_path):
    folder = tmp_path / "stranger"
    folder.mkdir()
    return Stranger(client, folder)


def documented(client, heading):
    """The commands under a heading of the page of the open data."""
    code = client.page("/data").find(id=heading).find_next("pre").get_text()
    return [line.replace("…", NAME) for line in code.strip().splitlines()]


def test_from_a_name_to_a_verified_receipt(client, stranger):
    lines = documented(client, "receipts")
    assert len(lines) == 5
    for line in lines:
        stranger.do(line)
    assert stranger.said[-1] == (0, "genuine")
    receipt = json.loads((stranger.folder / "receipt.json").read_text())
    assert [item["uscc"] for item in receipt["payload"]["items"]] == [USCC[1]]

    for altered in (
        json.dumps(receipt).replace(receipt["payload"]["as_of"], "2026-06-01"),
        json.dumps({**receipt, "payload": {**receipt["payload"], "items": receipt["payload"]["items"] * 2}}),
        json.dumps({**receipt, "key_id": "signing-20200101-000000"}),
    ):
        (stranger.folder / "receipt.json").write_text(altered)
        stranger.do(lines[-1])
        assert stranger.said[-1] == (1, "altered")


def test_from_the_data_set_to_a_recomputed_star(client, stranger):
    lines = documented(client, "recompute")
    for line in lines:
        stranger.do(line)
    assert stranger.said[-1][0] == 0
    assert stranger.said[-1][1].strip().endswith("values recomputed, 0 differ")
    ratings = stranger.folder / "open-data" / "ratings.csv"
    ratings.write_bytes(ratings.read_bytes().replace(b",5,rated", b",4,rated", 1))
    stranger.do(lines[-1])
    assert stranger.said[-1][0] == 1  # a star that was changed is found


def test_the_data_set_is_verified_with_the_same_file(client, stranger, instance):
    from portal.kernel.db import reading
    from portal.shell.opendata import api as opendata

    with reading() as db:
        opendata.export(db, stranger.folder / "open-data")
    for line in documented(client, "receipts")[:2]:
        stranger.do(line)
    command = next(
        line
        for line in client.page("/verify").find(id="offline").find("pre").get_text().splitlines()
        if "--manifest" in line
    )
    stranger.do(command)
    assert stranger.said[-1] == (0, "genuine")
    file = stranger.folder / "open-data" / "ratings.csv"
    file.write_bytes(file.read_bytes().replace(b",5,rated", b",4,rated", 1))
    stranger.do(command)
    assert stranger.said[-1] == (1, "altered")


def test_the_file_that_is_handed_out_is_the_one_that_judges_here(client):
    from pathlib import Path

    handed_out = client.get("/verify/verify_receipt.py")
    assert handed_out.data == Path(verifier.__file__).read_bytes()
    source = handed_out.text
    imported = {line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}
