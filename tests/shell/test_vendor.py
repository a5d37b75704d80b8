"""The vendored front end is what its manifest says, carries its licence, and is what the layout asks for."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

SHELL = Path(__file__).resolve().parents[2] / "portal" / "shell"
VENDOR = SHELL / "static" / "vendor"
ENTRIES = json.loads((VENDOR / "manifest.json").read_text())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["name"])
def test_file_has_the_hash_of_the_manifest(entry):
    digest = hashlib.sha384((VENDOR / entry["file"]).read_bytes()).digest()
    assert base64.b64encode(digest).decode() == entry["sha384"]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["name"])
def test_licence_and_version_are_named(entry):
    assert "MIT" in (VENDOR / entry["licence"]).read_text()
    assert re.search(rf"[v@]{re.escape(entry['version'])}\b", (VENDOR / entry["file"]).read_text()[:200])


def test_every_vendored_file_is_in_the_manifest():
    listed = {entry["file"] for entry in ENTRIES} | {entry["licence"] for entry in ENTRIES} | {"manifest.json"}
    assert {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()} == listed


def test_layout_links_the_vendored_version():
    base = (SHELL / "templates" / "layout" / "base.html").read_text()
    passkeys = (SHELL.parent / "accounts" / "templates" / "accounts" / "_passkey_scripts.html").read_text()
    assert re.findall(r"vendor/([^']+)'", base + passkeys) == [entry["file"] for entry in ENTRIES]


def test_nothing_inline_and_nothing_from_elsewhere():
    """The content security policy allows neither inline style or script nor another host."""
    for path in SHELL.glob("templates/**/*.html"):
        text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", text), path
        assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text), path
    for path in [SHELL / "static" / "theme.css", *SHELL.glob("static/js/*.js")]:
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")  # a namespace is a name, nothing is fetched
        assert not re.search(r"https?://|@import|\beval\(|new Function|\.innerHTML|\.style\.", text), path
