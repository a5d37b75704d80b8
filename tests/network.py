"""No test reaches beyond this machine: a connection to anything but loopback or a local socket fails at once."""

import ipaddress
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from typing import Any


class NetworkUsed(BaseException):
    """Not an Exception, so that no retry or fallback in the code under test swallows it."""


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a path: a local socket
    host = address[0]
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _guard(event: str, args: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto") and not _is_local(args[1]):
        raise NetworkUsed(f"a test tried to reach {args[1]}")
    if event == "socket.getaddrinfo" and args[0] and not _is_local((args[0],)):
        raise NetworkUsed(f"a test tried to look up {args[0]}")


def switch_off() -> None:
    """For the rest of this process."""
    sys.addaudithook(_guard)


@contextmanager
def answering(server: BaseServer) -> Iterator[None]:
    """A server of a test's own answers, in a thread of this process, until the block ends; then it stops at once."""
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()  # waits until the thread looks up from its work, which is by itself every half second
        thread.join()
        server.server_close()
