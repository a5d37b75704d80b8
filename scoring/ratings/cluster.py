"""Where parts of a year are rated: in this process one after the other, or on a Dask cluster (``distributed``, extra ``cluster``).

The answers come in the order of the orders, and no more orders are under way than keep the workers busy: the memory of this
process does not grow with their number.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from portal.kernel.errors import DomainError
from portal.kernel.i18n import _

Order = TypeVar("Order")
Answer = TypeVar("Answer")
AHEAD = 2  # orders under way for each thread of the cluster
PATIENCE = "15s"


def each(deed: Callable[[Order], Answer], orders: Iterable[Order], address: str | None = None) -> Iterator[Answer]:
    """``deed`` of every order, in their order: here, or on the cluster at an address (``tcp://host:8786``, ``tls://…``).

    ``deed`` is a function of a module that the workers have too. Raises what it raises, and ``DomainError`` where the cluster does
    not answer, has no workers, or ``distributed`` is not installed."""
    if address is None:
        yield from map(deed, orders)
        return
    client = _client(address)
    try:
        yield from _spread(client, deed, orders)
    finally:
        client.close()


def _spread(client: Any, deed: Callable[[Order], Answer], orders: Iterable[Order]) -> Iterator[Answer]:
    width = AHEAD * sum(client.nthreads().values())
    if not width:
        raise DomainError(_("计算集群里没有工作节点。"))
    under_way: deque[Any] = deque()
    for order in orders:
        under_way.append(client.submit(deed, order, pure=False))
        if len(under_way) >= width:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def _client(address: str) -> Any:
    try:
        from distributed import Client  # noqa: PLC0415  an extra that most portals do without
    except ImportError as error:
        raise DomainError(_("在集群上计算需要安装扩展cluster：pip install 'baoan-portal[cluster]'。")) from error
    try:
        return Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:  # nobody there, or no address at all
        raise DomainError(_("连不上计算集群：%(address)s。", address=address)) from error
