"""The search for managers by name without their names: keyed hashes of what may be typed stand in the key of the search.

``#CODE|=HASH;=HASH;``: a hash for the name, each stretch of two or more characters of it, each way of reading it and its initials.
The key of the hashes is in the key ring, so the database alone tells no name; two managers who share a word share its hash.
There is no search by sound or by one wrong sign here: a hash is equal or not.
"""

from collections.abc import Iterator

from sqlalchemy import and_
from sqlalchemy.orm import Session

from portal.kernel.key_ring import key_ring
from portal.registry.names import fold
from portal.registry.search.asking import Found, Look, Target, by_code, clause, letters, ranked
from portal.registry.search.coding import needed_by_letters
from portal.registry.search.key import plain_code
from portal.registry.search.readings import initials, readings

SHORTEST, LONGEST = 2, 12  # characters of a stretch; names of other tongues are longer and found whole
_DIGITS = 24  # of the hash: 96 bits


def people_key(name: str, code: str) -> str:
    """What a manager is found by; the name None-like (empty) leaves the code alone."""
    ring = key_ring()
    key_id = ring.ids("identity")[0]
    hashes = (_hash(word, key_id) for word in dict.fromkeys(_words(fold(name))))
    return f"#{plain_code(code)}|" + "".join(f"={one};" for one in hashes)


def _words(name: str) -> Iterator[str]:
    """Everything that is typed for a name.

    >>> list(_words("张三丰"))
    ['张三丰', '张三', '三丰', 'zhangsanfeng', 'zsf']
    """
    if not name:
        return
    yield name
    if len(name) <= LONGEST:
        for start in range(len(name) - SHORTEST + 1):
            yield from (name[start:end] for end in range(start + SHORTEST, len(name) + 1) if end - start < len(name))
    for way in readings(name):
        yield "".join(way)
        if len(letters_of := initials(way, name)) >= SHORTEST:
            yield letters_of


def _hash(word: str, key_id: str) -> str:
    return key_ring().mac(key_id, f"manager-name:{word}".encode())[:_DIGITS]


def found(db: Session, target: Target, query: str) -> Found:
    """Managers by code as everywhere, by name as above; of several words each must fit."""
    key_id = key_ring().ids("identity")[0]
    words = query.split()
    if len(words) < 2:
        return ranked(db, target, _looks(query, key_id))
    every = and_(*(clause(db, target, _looks(word, key_id)) for word in words))
    return ranked(db, target, _looks("".join(words), key_id), [(every, 85, "words")])


def _looks(query: str, key_id: str) -> list[Look]:
    found = by_code(query)
    for rank, word, why in ((10, fold(query), "name"), (20, letters(query), "pinyin")):
        if word:
            hashed = f"={_hash(word, key_id)};"
            found.append(Look(f"%{hashed}%", needed_by_letters(hashed), rank, why))
    return found
