"""The nets of the test suite themselves hold: a net that catches nothing would make every other test worthless."""

import socket

import pytest

from tests.network import NetworkUsed
from tests.pages import faults

GOOD = '<!doctype html><html lang="zh"><head><title>页</title></head><body><h1>页</h1>{}</body></html>'


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        pytest.param("<h1>两</h1>", "2 h1", id="two headings"),
        pytest.param('<p id="a"></p><p id="a"></p>', "'a' occurs 2 times", id="an id twice"),
        pytest.param('<form method="post" action="/x"></form>', "no csrf_token", id="a form without token"),
        pytest.param('<p style="color:red"></p>', "inline style", id="an inline style"),
        pytest.param('<button onclick="x()"></button>', "inline onclick", id="an inline handler"),
        pytest.param("<script>x()</script>", "inline script", id="an inline script"),
        pytest.param('<input name="q">', "field without label: q", id="a field without label"),
        pytest.param('<img src="/a.png">', "image without alt", id="an image without text"),
    ],
)
def test_the_strict_client_sees_faults(body, fault):
    assert any(fault in found for found in faults(GOOD.format(body)))


def test_the_strict_client_passes_a_good_page():
    assert faults(GOOD.format('<form method="post"><input type="hidden" name="csrf_token" value="t"></form>')) == []


def test_a_page_without_title_or_language_is_seen():
    assert faults("<html><body><h1>页</h1></body></html>") == ["no title", "no lang on html"]


def test_the_network_is_off():
    with pytest.raises(NetworkUsed), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))
    with pytest.raises(NetworkUsed):
        socket.getaddrinfo("example.org", 80)
