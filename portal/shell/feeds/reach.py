"""Posting to an address that a stranger gave, without lending the stranger our place in the network.

The name is resolved once for each try, every address found must be a public one, and the connection goes to exactly that address
(a name that points elsewhere a moment later changes nothing). Redirects are not followed. https only. Who answers drop by drop is
cut off: a try has so many seconds in all, whatever comes.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT = 5  # for each step
LONGEST = 10.0  # for a whole try
PORTS = (443, 8443)
LONGEST_ANSWER = 4096
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Refused(Exception):
    """The address may not be reached; the message says why."""


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Target:
    """Where a post goes: the name for TLS and the Host header, the one address that was looked at, the path."""

    host: str
    address: str
    port: int
    path: str


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.split("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(str(inner))
        if address.is_site_local:  # fec0::/10, given up long ago, still routed inside some networks
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def aimed(url: str) -> Target:
    """The target of an address, resolved now. Raises ``Refused``."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError as error:
        raise Refused("address") from error
    if parts.scheme != "https" or not host or parts.username or parts.password or port not in PORTS:
        raise Refused("address")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused("name") from error
    addresses = [str(row[4][0]) for row in found]
    if not addresses or not all(_is_public(address) for address in addresses):
        raise Refused("private")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, addresses[0], port, path)


class _Pinned(http.client.HTTPSConnection):
    """A connection to the address that was looked at, under the name that was asked for."""

    def __init__(self, target: Target):
        super().__init__(target.host, target.port, timeout=TIMEOUT, context=ssl.create_default_context())
        self._target, self.is_cut = target, False

    def connect(self) -> None:
        """To the pinned address; the certificate must be the name's."""
        plain = socket.create_connection((self._target.address, self._target.port), TIMEOUT)
        context = ssl.create_default_context()
        secure = context.wrap_socket(plain, server_hostname=self._target.host, do_handshake_on_connect=False)
        self.sock = secure  # before the handshake, so that it can be cut too
        secure.do_handshake()

    def cut(self) -> None:
        """End it from another thread."""
        self.is_cut, held = True, self.sock
        if held is not None:
            with suppress(OSError, ValueError):
                held.shutdown(socket.SHUT_RDWR)


def post(url: str, body: bytes, headers: dict[str, str]) -> Answered:
    """Post once. Raises ``Refused``, and ``OSError`` or ``http.client.HTTPException`` when nobody answers properly."""
    target = aimed(url)
    connection = _Pinned(target)
    end = threading.Timer(LONGEST, connection.cut)
    end.daemon = True
    end.start()
    try:
        connection.request("POST", target.path, body, headers)
        answer = connection.getresponse()
        found = Answered(answer.status, answer.read(LONGEST_ANSWER))
    except ValueError as error:  # a path or a name that cannot be written into a request
        raise Refused("address") from error
    finally:
        end.cancel()
        connection.close()
    if connection.is_cut:
        raise TimeoutError
    return found
