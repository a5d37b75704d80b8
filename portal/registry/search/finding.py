"""The search, step by step: as written; with the area taken out or a syllable unfinished; and only when nothing answers, what was meant.

Each step is tried when the one before found nothing among the records that the asker's filters leave.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, literal, or_, select
from sqlalchemy.orm import Session

from portal.kernel.divisions import prefix
from portal.registry.names import core, fold
from portal.registry.search import alike
from portal.registry.search.asking import Found, Look, Target, clause, letters, looks, ranked, spoken
from portal.registry.search.coding import coded, needed_by_letters, needed_by_text
from portal.registry.search.key import plain_code
from portal.registry.search.readings import figures_spoken, has_han, readings, sound

Areas = Mapping[str, Sequence[str]]
NARROWED, CANDIDATES, MEANT = 5_000, 400, 50
_LONGEST_AREA = 12
LONG_TYPED = 16  # letters of which half tell a name from most others


def is_asked(query: str) -> bool:
    """Whether there is anything to look for."""
    return bool(query.strip())


def steps(
    db: Session, target: Target, query: str, areas: Areas | None = None, clauses: Sequence[Any] = ()
) -> Iterator[Found]:
    """The steps in their order. ``areas``: names of areas to their codes, where records lie in areas."""
    yield as_written(db, target, query, areas)
    yield unfinished(db, target, query, areas)
    yield meant(db, target, query, clauses)


def as_written(db: Session, target: Target, query: str, areas: Areas | None = None) -> Found:
    """The query as it stands, or each of its words."""
    words = query.split()
    if len(words) < 2:
        return ranked(db, target, looks(query))
    every = and_(*(_word(db, target, word, areas) for word in words))
    return ranked(db, target, looks(query), [(every, 85, "words")])


def _word(db: Session, target: Target, word: str, areas: Areas | None) -> ColumnElement[bool]:
    if not areas or fold(word) not in areas:
        return clause(db, target, looks(word))
    named = [look for look in looks(word) if look.reason != "address"]  # the area stands for addresses within it
    return or_(_inside(target, areas[fold(word)]), clause(db, target, named))


def _inside(target: Target, codes: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(target.model.division_code.like(f"{prefix(code)}%") for code in codes))


def unfinished(db: Session, target: Target, query: str, areas: Areas | None) -> Found:
    """A syllable that is being typed; the name of an area before the name of the estate."""
    typed, short = figures_spoken(letters(query)), core(query)
    begun = [Look(f"%<{typed}%", needed_by_letters(f"<{typed}"), 55, "pinyin-begins")] if len(typed) > 1 else []
    within = []
    for end in range(2, min(len(short) - 1, _LONGEST_AREA)):
        if areas and short[:end] in areas:
            rest = clause(db, target, looks(short[end:]))
            within.append((and_(_inside(target, areas[short[:end]]), rest), 86, "area"))
    return ranked(db, target, begun, within)


def meant(db: Session, target: Target, query: str, clauses: Sequence[Any]) -> Found:
    """Names that the query, mistyped, may have meant, the surest first."""
    columns = (target.id, target.name, target.code)
    is_company = target.index == "enterprise_search"
    rows = select(*columns).where(*clauses, clause(db, target, _near(query, is_company), NARROWED)).limit(CANDIDATES)
    order = {"code-slip": 0, "sound": 0, "stem": 1, "sound-near": 2, "slip": 3}
    found = [(alike.reason(query, name, code, is_company), key) for key, name, code in db.execute(rows)]
    kept = sorted(((order[why], key, why) for why, key in found if why))[:MEANT]
    if not kept:
        return Found(false(), literal(0), literal(""))
    ranks = {key: rank for rank, key, _why in kept}
    reasons = {key: literal(why) for _rank, key, why in kept}
    return Found(target.id.in_(ranks), case(ranks, value=target.id), case(reasons, value=target.id))


def _near(query: str, is_company: bool) -> list[Look]:
    """What holds all that could be meant: most of the signs, or the same sound."""
    short = core(query)
    if not has_han(short):
        return _near_code(plain_code(query)) + _near_letters(figures_spoken(letters(query)))
    own = alike.distinctive(short, is_company)
    plain = own if is_company else alike.without_addition(short)
    found = [
        Look(f"^%{coded(one)}%#%", needed_by_text(one), 0, "stem")
        for one in dict.fromkeys((own, plain))
        if len(one) > 1 and one != short
    ]
    for text in dict.fromkeys((short, own)):
        if len(text) > 1:
            for way in readings(text)[:4]:
                found += spoken("".join(way))
                heard = f"+{sound(''.join(way))}"
                found.append(Look(f"%{heard}%", needed_by_letters(heard), 0, "sound"))
    if is_company and len(own) > 1:  # the ear's form of a company is kept from its start only
        found += _inside_sound(own)
    for text in dict.fromkeys((short, own)):
        found += _one_gone(text) if len(text) >= alike.LONG_ENOUGH - 1 else []
    return [look for look in found if look.needed]


def _inside_sound(own: str) -> list[Look]:
    heard = {sound("".join(way)) for way in readings(own)[:2]}
    return [Look(f"%+%{one}%", needed_by_letters(one), 0, "sound") for one in sorted(heard) if len(one) > 3]


def _one_gone(text: str) -> list[Look]:
    """Keys that hold the text with two neighbouring signs left open: room for one wrong, missing, further or swapped sign."""
    found = []
    for at in range(len(text)):
        left, right = text[:at], text[at + 2 :]
        if left + right:
            found.append(
                Look(f"^%{coded(left)}%{coded(right)}%#%", needed_by_text(left) + needed_by_text(right), 0, "slip")
            )
    return found


def _near_code(code: str) -> list[Look]:
    if len(code) < alike.CODE_ENOUGH or not any(sign.isdigit() for sign in code):
        return []
    found = []
    for at in range(len(code)):
        left, right = code[:at], code[at + 2 :]
        needed = needed_by_letters(f"#{left}") + needed_by_letters(f"{right}|")
        found.append(Look(f"%#{left}%{right}|%", needed, 0, "code-slip"))
    return found


def _near_letters(typed: str) -> list[Look]:
    heard = f"+{sound(typed)}"
    found = [Look(f"%{heard}%", needed_by_letters(heard), 0, "sound")] if len(typed) >= alike.LONG_ENOUGH else []
    if len(typed) >= alike.LETTERS_ENOUGH:
        for at in range(len(typed)):
            left, right = typed[:at], typed[at + 2 :]
            found.append(Look(f"%<{left}%{right}%", _needed_beside(typed, at), 0, "slip"))
    return [look for look in found if look.needed]


def _needed_beside(typed: str, at: int) -> list[str]:
    """What holds all keys with the two letters at a place left open. Of a long text one half is whole, and narrows enough:
    two things to look up instead of one for each letter."""
    half = len(typed) // 2
    if len(typed) >= LONG_TYPED and at >= half:
        return needed_by_letters(f"<{typed[:half]}")
    if len(typed) >= LONG_TYPED and at + 2 <= half:
        return needed_by_letters(typed[half:])
    return needed_by_letters(f"<{typed[:at]}") + needed_by_letters(typed[at + 2 :])
