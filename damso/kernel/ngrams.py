"""Search in Korean and English text by character n-grams: what is indexed, what is asked for, and the exact recheck.

A query is its words, cut at white space; each must occur in the text. A word occurs where its letters stand in a row
(part of a word will do), where

- an initial consonant stands for every syllable it begins: `ㅂㅅ` and `배ㅅ` find 배송;
- a number of three digits or more is compared by digits alone: `12345678` finds 010-1234-5678, `25000` finds 25,000;
- a word that begins with one or two letters or digits must begin where a word begins: `as` finds AS and assist, not
  bass; a single letter or digit is a whole word.

Kinds of grams, which cannot be mistaken for each other because each has signs of its own:

    배 배송     one and two syllables (also kana, Chinese characters, stray jamo)
    ᄇᄉ        two initial consonants, written with conjoining jamo (U+1100 ff.)
    shi 123     three letters or digits
    ^as =a      the first two letters of a word; a word of one letter

`query_grams(q)` are all contained in `grams(text)` wherever `matches(text, q)`: the index never loses a hit.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import add
from unicodedata import is_normalized, normalize
from zlib import crc32

from msgspec import Struct

_CONSONANTS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
"""The 19 initials in the order in which Unicode composes syllables (The Unicode Standard, section 3.12)."""
_SYLLABLES_OF_ONE_INITIAL = 588
_FIRST_SYLLABLE = 0xAC00
_FIRST_CONJOINING = 0x1100

_CLUSTERS = dict(
    zip(
        "ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ",
        ("ㄱㅅ", "ㄴㅈ", "ㄴㅎ", "ㄹㄱ", "ㄹㅁ", "ㄹㅂ", "ㄹㅅ", "ㄹㅌ", "ㄹㅍ", "ㄹㅎ", "ㅂㅅ"),
        strict=True,
    )
)
"""Keyboards join two consonants typed in a row into one sign; whoever types ㅂㅅ as ㅄ means two initials."""

_SYLLABIC = "가-힣ㄱ-ㆎ々ぁ-ゖァ-ヺー㐀-䶿一-鿿豈-龎"
_LETTER = rf"[^\W_{_SYLLABIC}]"
_RUNS = re.compile(rf"[{_SYLLABIC}]+|{_LETTER}+")
_STRAY_JAMO = re.compile("[ㄱ-ㆎ]+")
_CLUSTER = re.compile("[" + "".join(_CLUSTERS) + "]")
_CONJOINING = re.compile("[\u1100-\u1112]")
_OUTER = re.compile(r"^[\W_]+|[\W_]+$")
_SYLLABIC_SIGN = re.compile(f"[{_SYLLABIC}]")

_NUMBER = re.compile(r"[0-9]+(?:[-.,/)][0-9]+)*")
_SPLIT_NUMBER = re.compile(r"(?<![0-9])[0-9]++(?:[-.,/)][0-9]++)+")
"""Begins where digits begin and gives none back, so that a text of nothing but digits is read once."""
_SPACED_PHONE = re.compile(
    r"(?<![0-9])(\+ ?82[ .-]?(?:\(0\)|0)?|0)[0-9]{1,2}[) .-]{0,2}[0-9]{3,4}[ .-]{0,3}[0-9]{4}(?![0-9])"
)
_NOT_DIGIT = re.compile("[^0-9]+")
_HAS_DIGIT = re.compile("[0-9]")

_INITIALS = {
    _FIRST_SYLLABLE + number: chr(_FIRST_CONJOINING + number // _SYLLABLES_OF_ONE_INITIAL) for number in range(11_172)
} | {ord(sign): chr(_FIRST_CONJOINING + number) for number, sign in enumerate(_CONSONANTS)}


def normalise(text: str) -> str:
    """Text as it is compared: NFKC and case folded. Stray jamo stay what they are (NFKC would join ㅋㅏ to 카)."""
    if text.isascii():
        return text.lower()
    if is_normalized("NFKC", text):
        folded = text.casefold()
        if is_normalized("NFKC", folded):
            return folded
    return "".join(_fold_around_jamo(text))


def _fold_around_jamo(text: str) -> Iterator[str]:
    end = 0
    for jamo in _STRAY_JAMO.finditer(text):
        yield _fold(text[end : jamo.start()])
        yield _CLUSTER.sub(lambda found: _CLUSTERS[found[0]], jamo[0])
        end = jamo.end()
    yield _fold(text[end:])


def _fold(text: str) -> str:
    """Fold until nothing changes: a few letters decompose when they are folded and compose again."""
    folded = normalize("NFKC", normalize("NFKC", text).casefold())
    folded = _CONJOINING.sub(lambda sign: _CONSONANTS[ord(sign[0]) - _FIRST_CONJOINING], folded)
    return folded if folded == text else _fold(folded)


def grams(text: str) -> list[str]:
    """What a text is indexed by, each gram once. 12 µs for a sentence of 60 characters whose words were met lately,
    40 µs where none was."""
    text = normalise(text)
    found: set[str] = set()
    for run in _RUNS.findall(text):
        found.update(_kept_run_grams(run) if len(run) <= _WORD else _run_grams(run))
    if _HAS_DIGIT.search(text):
        for digits in _joined_numbers(text):
            found.update(_trigrams(digits))
    return list(found)


def _run_grams(run: str) -> tuple[str, ...]:
    if _SYLLABIC_SIGN.match(run):
        initials = run.translate(_INITIALS)
        return (*run, *map(add, run, run[1:]), *map(add, initials, initials[1:]))
    return ("=" + run,) if len(run) == 1 else ("^" + run[:2], *_trigrams(run))


_kept_run_grams = lru_cache(maxsize=16384)(_run_grams)
"""Words repeat, so the grams of the latest are kept (about 10 MB when full)."""
_WORD = 16
"""The longest run that may be a word worth keeping."""


def _trigrams(run: str) -> Iterator[str]:
    return map(add, map(add, run, run[1:]), run[2:])


def _joined_numbers(text: str) -> Iterator[str]:
    """The digits of numbers that are written with signs or spaces between them."""
    for number in _SPLIT_NUMBER.findall(text):
        yield _NOT_DIGIT.sub("", number)
    for phone in _SPACED_PHONE.finditer(text):
        yield _national(phone)


def _national(phone: re.Match[str]) -> str:
    """A Korean number as it is dialled at home: +82 10 … is 010 …"""
    return "0" + _NOT_DIGIT.sub("", phone[0][len(phone[1]) :])


def gram_keys(found: Iterable[str]) -> list[int]:
    """Grams as numbers of 32 bits, for an index of millions of texts: half the size of the words, and quicker to
    compare. Two grams in a few million share a number, which only costs the recheck a text more."""
    return [crc32(gram.encode()) - _HALF for gram in found]


_HALF = 1 << 31
"""PostgreSQL's integers have a sign."""


class Word(Struct, frozen=True):
    """A word of a query, found by a pattern over normalised text."""

    grams: tuple[str, ...]
    pattern: re.Pattern[str]

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it occurs in a normalised text."""
        return (found.span() for found in self.pattern.finditer(text))


class Number(Struct, frozen=True):
    """A number of a query, found by its digits alone, however the text writes it."""

    grams: tuple[str, ...]
    digits: str

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it occurs in a normalised text."""
        for number in _NUMBER.finditer(text):
            yield from _within(number, self.digits)
        for phone in _SPACED_PHONE.finditer(text):
            if self.digits in _national(phone):
                yield from list(_within(phone, self.digits)) or [phone.span()]


@lru_cache(maxsize=1024)
def terms(query: str) -> tuple[Word | Number, ...]:
    """The words of a query that can be looked for; signs around them, and words that say too little, are left out
    (only signs; one initial consonant)."""
    words = (_OUTER.sub("", word) for word in normalise(query).split())
    found = (_term(word) for word in dict.fromkeys(words) if word)
    return tuple(term for term in found if term.grams)


def query_grams(query: str) -> list[str]:
    """Grams that a text must all have to match. Empty: there is nothing to look for."""
    return list(dict.fromkeys(gram for term in terms(query) for gram in term.grams))


def matches(text: str, query: str) -> bool:
    """Whether every word of the query occurs. False where there is nothing to look for."""
    wanted = terms(query)
    text = normalise(text)
    return bool(wanted) and all(any(True for _ in term.spans(text)) for term in wanted)


def _term(word: str) -> Word | Number:
    digits = _NOT_DIGIT.sub("", word)
    if len(digits) >= 3 and _NUMBER.fullmatch(word):
        return Number(tuple(_trigrams(digits)), digits)
    return Word(tuple(_word_grams(word)), _pattern(word))


def _word_grams(word: str) -> Iterator[str]:
    for run in _RUNS.finditer(word):
        if _SYLLABIC_SIGN.match(run[0]):
            yield from _syllable_grams(run[0])
        elif len(run[0]) > 2:
            yield from _trigrams(run[0])
        elif len(run[0]) == 2:
            yield "^" + run[0]
        elif run.end() < len(word) or run.start() == 0:
            yield "=" + run[0]


def _syllable_grams(run: str) -> Iterator[str]:
    """Pairs of syllables, pairs of initials where one of the two is only an initial, and lone syllables."""
    if len(run) == 1 and run not in _CONSONANTS:
        yield run
    for pair in map(add, run, run[1:]):
        if pair[0] in _CONSONANTS or pair[1] in _CONSONANTS:
            yield pair.translate(_INITIALS)
            yield from (sign for sign in pair if sign not in _CONSONANTS)
        else:
            yield pair


def _pattern(word: str) -> re.Pattern[str]:
    first = _RUNS.match(word)
    short = first is not None and not _SYLLABIC_SIGN.match(word) and len(first[0]) < 3
    return re.compile(
        (f"(?<!{_LETTER})" if short else "")
        + "".join(_sign_pattern(sign) for sign in word)
        + (f"(?!{_LETTER})" if len(word) == 1 and short else "")
    )


def _sign_pattern(sign: str) -> str:
    if sign not in _CONSONANTS:
        return re.escape(sign)
    begin = _FIRST_SYLLABLE + _CONSONANTS.index(sign) * _SYLLABLES_OF_ONE_INITIAL
    return f"[{sign}{chr(begin)}-{chr(begin + _SYLLABLES_OF_ONE_INITIAL - 1)}]"


def _within(number: re.Match[str], digits: str) -> Iterator[tuple[int, int]]:
    """Where digits stand in a number, whatever signs are between them."""
    places = [place for place, sign in enumerate(number[0], number.start()) if sign.isdigit()]
    bare = _NOT_DIGIT.sub("", number[0])
    at = bare.find(digits)
    while at >= 0:
        yield places[at], places[at + len(digits) - 1] + 1
        at = bare.find(digits, at + len(digits))


def highlight(text: str, query: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is what was looked for."""
    pieces: list[tuple[str, bool]] = []
    end = 0
    for start, stop in _hits(text, query):
        if start > end:
            pieces.append((text[end:start], False))
        pieces.append((text[start:stop], True))
        end = stop
    if end < len(text):
        pieces.append((text[end:], False))
    return pieces


def excerpt(text: str, query: str, *, length: int = 160) -> list[tuple[str, bool]]:
    """About `length` characters around the first hit, white space collapsed, in pieces like those of `highlight`."""
    text = " ".join(text.split())
    if len(text) <= length:
        return highlight(text, query)
    first = next(iter(_hits(text, query)), (0, 0))[0]
    start = max(0, min(first - length // 4, len(text) - length))
    stop = start + length
    shown = ("…" if start else "") + text[start:stop].strip() + ("…" if stop < len(text) else "")
    return highlight(shown, query)


def _hits(text: str, query: str) -> list[tuple[int, int]]:
    """Places of all terms in the text as it was written, in order, those that touch made one."""
    folded, origin = _fold_with_places(text)
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(span for term in terms(query) for span in term.spans(folded)):
        start, stop = origin[begin][0], origin[end - 1][1]
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


def _fold_with_places(text: str) -> tuple[str, list[tuple[int, int]]]:
    """A normalised text, and for each of its characters where it stood in the text as it was written."""
    folded = normalise(text)
    if len(folded) == len(text) and is_normalized("NFKC", text):
        return folded, [(place, place + 1) for place in range(len(text))]
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    for found in _CHARACTER.finditer(text):
        part = normalise(found[0])
        parts.append(part)
        places.extend([found.span()] * len(part))
    return "".join(parts), places


_CHARACTER = re.compile(
    "[\u1100-\u115f]+[\u1160-\u11a7]*[\u11a8-\u11ff]*|.[\u0300-\u036f\u3099\u309a\uff9e\uff9f]*", re.DOTALL
)
"""What normalises on its own: a syllable written in conjoining jamo (as file names of macOS have them), a letter with
the marks that follow it."""
