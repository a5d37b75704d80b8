"""No stranger's address leads into our own network: not by number, not by name, not by a name that changes, not by redirect."""

import contextlib
import http.client
import socket
import threading
import time

import pytest

from portal.shell.feeds import reach

INSIDE = ("127.0.0.1", "10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
          "255.255.255.255", "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1",
          "fec0::1", "::127.0.0.1", "64:ff9b:1::a00:1")  # fmt: skip
OUTSIDE = "93.184.215.14"


@pytest.fixture
def names(monkeypatch):
    """``names["a.example"] = ["1.2.3.4"]``: what names resolve to, each list in turn; other names to themselves."""
    known: dict[str, list[list[str]]] = {}

    def resolve(host, port, **_more):
        answers = known.get(host)
        found = (answers.pop(0) if len(answers) > 1 else answers[0]) if answers else [host]
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known


@pytest.mark.parametrize("address", INSIDE)
def test_inside_is_refused_by_number_and_by_name(names, address):
    written = f"[{address}]" if ":" in address else address
    with pytest.raises(reach.Refused):
        reach.aimed(f"https://{written}/hook")
    names["evil.example"] = [[address]]
    with pytest.raises(reach.Refused, match="private"):
        reach.aimed("https://evil.example/hook")
    names["half.example"] = [[OUTSIDE, address]]
    with pytest.raises(reach.Refused, match="private"):
        reach.aimed("https://half.example/hook")


@pytest.mark.parametrize(
    "url",
    ["http://a.example/", "ftp://a.example/", "https://user:pw@a.example/", "https://a.example:22/", "https://", "https://[::1",
     "file:///etc/passwd", "https://a.example:99999/"],
)  # fmt: skip
def test_odd_addresses_are_refused(names, url):
    with pytest.raises(reach.Refused):
        reach.aimed(url)


def test_the_connection_goes_to_the_address_that_was_looked_at(names, monkeypatch):
    """A name that answers differently the second time is asked once only."""
    names["turn.example"] = [[OUTSIDE], ["127.0.0.1"]]
    called = []

    def connect(address, *_more):
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(ConnectionRefusedError):
        reach.post("https://turn.example/hook?a=1", b"{}", {})
    assert called == [(OUTSIDE, 443)]
    with pytest.raises(reach.Refused):  # and every delivery looks again
        reach.post("https://turn.example/hook", b"{}", {})


@pytest.mark.parametrize("drops", [b"HTTP/1.1 100 Continue\r\n\r\n", b"x"])
def test_who_answers_drop_by_drop_is_cut_off(names, monkeypatch, drops):
    names["slow.example"] = [[OUTSIDE]]
    mine, theirs = socket.socketpair()
    mine.settimeout(5)
    monkeypatch.setattr(reach, "LONGEST", 0.3)
    monkeypatch.setattr(reach._Pinned, "connect", lambda self: setattr(self, "sock", mine))

    def drip():
        with theirs, contextlib.suppress(OSError):
            theirs.recv(65536)
            theirs.sendall(b"HTTP/1.1 200 OK\r\nX: " if drops == b"x" else b"")
            # who waits for all of it gets a whole answer in the end, and no error
            for _drop in range(200):
                theirs.sendall(drops)
                time.sleep(0.05)
            theirs.sendall(b"\r\n\r\n" if drops == b"x" else b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    threading.Thread(target=drip, daemon=True).start()
    with pytest.raises((OSError, http.client.HTTPException)):
        reach.post("https://slow.example/", b"{}", {})


@pytest.mark.parametrize("path", ["/\u00e9", "/a b", "/\u202e"])
def test_a_path_that_cannot_be_written_is_no_fault_of_ours(names, monkeypatch, path):
    names["a.example"] = [[OUTSIDE]]
    monkeypatch.setattr(reach._Pinned, "connect", lambda self: setattr(self, "sock", socket.socketpair()[0]))
    with pytest.raises((reach.Refused, OSError, http.client.HTTPException)):
        reach.post(f"https://a.example{path}", b"{}", {})


class _Answer:
    def __init__(self, status):
        self.status = status

    def read(self, _most):
        return b""


def test_a_redirect_is_not_followed(names, monkeypatch):
    names["a.example"] = [[OUTSIDE]]
    asked = []
    monkeypatch.setattr(reach._Pinned, "request", lambda _self, *args: asked.append(args[1]))
    monkeypatch.setattr(reach._Pinned, "getresponse", lambda _self: _Answer(302))
    assert reach.post("https://a.example/hook", b"{}", {}).status == 302
    assert asked == ["/hook"]
