"""No test reaches beyond this machine: a connection to anything but loopback or a local socket fails at once."""

import ipaddress
import sys
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
