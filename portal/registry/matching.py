"""Which company of the register a written name means, with a score and the reason.

A full name (one that ends in 公司) must be the same but for writing, place and legal form; a short name may leave the words
of the trade out. What is merely similar never stands for a company: it is offered, and the asker decides. Two companies
may differ in one character, so a likely typing error is offered too, not read as the other name.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module

from rapidfuzz import fuzz

from portal.registry.names import core, fold, stem

SAME_NAME, SAME_CORE, SAME_STEM, SAME_SOUND, CONTAINED = 1000, 950, 900, 840, 700
COUNTS = 850  # from this score on, a fit stands for the company
SIMILAR_FROM, SIMILAR_TO = 600, 830
LONGEST = 200
SHOWN = 10
_CANDIDATES = 60


@dataclass(frozen=True)
class Fit:
    """A company that a name may mean. ``reason``: same_name, same_core, same_stem, same_sound, contained, similar."""

    uscc: str
    name: str
    score: int
    reason: str


@dataclass(frozen=True)
class Match:
    """What a name came to: ``one`` company, ``many`` that fit alike, or ``none`` with what is similar."""

    outcome: str
    fits: tuple[Fit, ...]
    total: int


class NameIndex:
    """The names of all companies, ready to be matched by the thousand."""

    def __init__(self, names: Mapping[str, str]):
        self.names = dict(names)
        self._folds = self._grouped(fold)
        self._cores = self._grouped(core)
        self._stems = self._grouped(stem)

    def _grouped(self, form: object) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for uscc, name in self.names.items():
            found[form(name)].append(uscc)  # type: ignore[operator]
        return dict(found)

    @cached_property
    def _core_pairs(self) -> dict[str, list[str]]:
        """Two characters side by side to the cores that hold them."""
        return _by_pair(self._cores)

    @cached_property
    def _stem_pairs(self) -> dict[str, list[str]]:
        """The same for the stems: names share some characters when they are similar, and all share those of the trade."""
        return _by_pair(self._stems)

    @cached_property
    def _sounds(self) -> dict[str, list[str]]:
        """Pinyin of cores and stems, whole and by initials."""
        found: dict[str, list[str]] = defaultdict(list)
        for text, usccs in (*self._cores.items(), *self._stems.items()):
            for sound in _sounds_of(text):
                found[sound].extend(usccs)
        return dict(found)

    def match(self, text: str) -> Match:
        """The company that a name means, the companies that fit it alike, or what is similar to it."""
        if len(text) > LONGEST or not fold(text):
            return Match("none", (), 0)
        is_full = fold(text).endswith("公司")
        for score, reason, usccs in (
            (SAME_NAME, "same_name", self._folds.get(fold(text), [])),
            (SAME_CORE, "same_core", self._cores.get(core(text), [])),
            (SAME_STEM, "same_stem", [] if is_full else self._stems.get(core(text)) or self._stems.get(stem(text), [])),
        ):
            if usccs:
                fits = self._fits(usccs, score, reason)
                return Match("one" if len(usccs) == 1 else "many", fits[:SHOWN], len(fits))
        return self._loosely(text, is_full)

    def _loosely(self, text: str, is_full: bool) -> Match:
        short = core(text)
        held = (
            [uscc for name, usccs in self._cores.items() if short in name for uscc in usccs] if len(short) > 1 else []
        )
        if not is_full and len(held) > 1:
            return Match("many", self._fits(held, CONTAINED, "contained")[:SHOWN], len(held))
        offered = {fit.uscc: fit for fit in (*self._similar(short), *self._fits(held, CONTAINED, "contained"))}
        for sound in _sounds_of(short, initials=False):
            offered.update({fit.uscc: fit for fit in self._fits(self._sounds.get(sound, []), SAME_SOUND, "same_sound")})
        ranked = sorted(offered.values(), key=lambda fit: (-fit.score, fit.uscc))
        return Match("none", tuple(ranked[:SHOWN]), len(ranked))

    def _holding(self, short: str) -> list[str]:
        """Companies whose core holds a text of two characters or more."""
        lists = [self._core_pairs.get(pair, []) for pair in _pairs_of(short)]
        rarest = min(lists, key=len, default=[])
        return [uscc for name in rarest if short in name for uscc in self._cores[name]]

    def _fits(self, usccs: Iterable[str], score: int, reason: str) -> tuple[Fit, ...]:
        return tuple(Fit(uscc, self.names[uscc], score, reason) for uscc in sorted(set(usccs)))

    def _similar(self, short: str) -> list[Fit]:
        wanted = stem(short)
        shared = Counter(name for pair in _pairs_of(wanted) for name in self._stem_pairs.get(pair, ()))
        found: list[Fit] = []
        for name, _count in shared.most_common(_CANDIDATES):
            score = min(SIMILAR_TO, int(fuzz.ratio(wanted, name) * 10))
            if score >= SIMILAR_FROM:
                found += self._fits(self._stems[name], score, "similar")
        return found


def _by_pair(texts: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        for pair in _pairs_of(text):
            found[pair].append(text)
    return dict(found)


def _pairs_of(text: str) -> set[str]:
    return {text[start : start + 2] for start in range(len(text) - 1)}


def _sounds_of(text: str, initials: bool = True) -> set[str]:
    if text.isascii():
        return {text}
    syllables = import_module("pypinyin").lazy_pinyin(
        text
    )  # its dictionary takes a moment that most commands can spare
    found = {"".join(syllables)}
    return found | {"".join(syllable[:1] for syllable in syllables)} if initials else found


_kept: list[NameIndex] = []


def index_of(names: Mapping[str, str]) -> NameIndex:
    """The index of these names; the last one is kept, since the register changes rarely."""
    kept = _kept[0] if _kept else None
    if kept is None or kept.names != names:
        kept = NameIndex(names)
        _kept[:] = [kept]
    return kept
