"""Accounts whose books are proven for some days. A proof is made anew only when the account's statements have changed."""

from collections import OrderedDict
from collections.abc import Collection, Hashable
from datetime import date
from threading import Lock

from sqlalchemy.orm import Session

from disclosure.funds import api as funds

MOST = 20_000
_known: OrderedDict[Hashable, bool] = OrderedDict()
_guard = Lock()


def proven(db: Session, codes: Collection[str], first: date, last: date, on: date) -> set[str]:
    """Those of the accounts whose books equal the bank's balance for the days, with nothing off in them."""
    delivered: dict[str, list[funds.Delivered]] = {code: [] for code in codes}
    for one in funds.delivered(db, codes, date.min, date.max, on):
        delivered[one.account_code].append(one)
    return {code for code, listed in delivered.items() if listed and _holds(db, code, tuple(listed), first, last)}


def _holds(db: Session, code: str, listed: tuple[funds.Delivered, ...], first: date, last: date) -> bool:
    key = (str(db.get_bind().engine.url), code, hash(listed), first, last)
    with _guard:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    found = max(one.to_on for one in listed) >= last and funds.proof_between(db, code, first, last).holds
    with _guard:
        _known[key] = found
        while len(_known) > MOST:
            _known.popitem(last=False)
    return found
