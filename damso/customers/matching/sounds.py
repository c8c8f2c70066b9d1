"""How a name sounds, whichever script it is written in: 김민아, Kim Mina, Mina Gim and Kim Min-ah sound alike.

A Korean name has one sound; a romanised one may stand for several (Jung is 정 or 중), and is given all of them. Two
names sound alike where they share one. Letters are classes and no romanisation: people spell their names as they like.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import product
from unicodedata import normalize

MOST = 24
"""Sounds of one name: what can be read in more ways says little."""

_FIRST_SYLLABLE, _LAST_SYLLABLE = 0xAC00, 0xD7A3
_INITIALS = ("k", "k", "n", "t", "t", "r", "m", "p", "p", "s", "s", "", "j", "j", "j", "k", "t", "p", "h")
_VOWELS = ("a", "x", "A", "X", "e", "x", "E", "X", "o", "W", "y", "y", "O", "u", "V", "y", "Y", "U", "w", "z", "i")
# Finals as they are spoken: ㅅ, ㅈ, ㅊ, ㅌ and ㅎ close like ㄷ, of a pair one is heard.
_FINALS = (
    *("", "k", "k", "k", "n", "n", "n", "t", "r", "k", "m", "r", "r", "r"),
    *("p", "r", "m", "p", "p", "t", "t", "N", "t", "t", "k", "t", "p", "t"),
)
_JAMO_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_JAMO_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_JAMO_FINALS: tuple[str, ...] = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")

_LONG_FAMILIES = frozenset(("남궁", "황보", "제갈", "선우", "독고", "사공", "서문", "동방"))
_FAMILIES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("lee", "yi", "rhee", "li", "yee", "i", "ri"), ("i",)),
    **dict.fromkeys(("park", "pak", "bak", "bark"), ("pak",)),
    **dict.fromkeys(("choi", "choe", "chey"), ("jy",)),
    **dict.fromkeys(("lim", "rim", "im", "yim"), ("im",)),
    **dict.fromkeys(("noh", "no", "roh", "ro"), ("no",)),
    **dict.fromkeys(("ryu", "yoo", "yu", "you", "lyu", "ryoo"), ("U", "E")),
    **dict.fromkeys(("kim", "gim"), ("kim",)),
    **dict.fromkeys(("jung", "jeong", "chung", "cheong", "joung"), ("jeN",)),
    **dict.fromkeys(("shin", "sin"), ("sin",)),
    **dict.fromkeys(("shim", "sim"), ("sim",)),
    **dict.fromkeys(("baek", "paik", "baik", "back", "paek"), ("pxk",)),
    **dict.fromkeys(("heo", "huh", "hur", "her"), ("he",)),
    **dict.fromkeys(("seo", "suh", "seoh"), ("se",)),
    **dict.fromkeys(("woo", "wu", "u"), ("u",)),
    **dict.fromkeys(("koo", "ku", "gu", "goo"), ("ku",)),
    **dict.fromkeys(("kwon", "gwon", "kweon"), ("kVn",)),
}
"""Family names that are not written as they sound. 리, 림, 로 and 류 are those of 이, 임, 노 and 유."""
_COMMON_FAMILIES = _FAMILIES.keys() | {
    *("kang", "gang", "cho", "jo", "yoon", "yun", "youn", "jang", "chang", "hwang", "ahn", "an", "song", "hong"),
    *("jeon", "jun", "chun", "ko", "go", "koh", "moon", "mun", "son", "sohn", "yang", "bae", "pae", "oh", "nam"),
    *("ha", "kwak", "gwak", "sung", "seong", "cha", "joo", "ju", "min", "um", "eom", "won", "chae", "han"),
    *("namgung", "namkung", "namgoong", "hwangbo", "jegal", "sunwoo", "seonwoo", "dokgo", "sagong", "seomun"),
}

_LATIN_VOWELS: tuple[tuple[str, tuple[str, ...]], ...] = (
    *(("yeong", ("EN",)), ("young", ("EN",))),
    *(("yeo", ("E",)), ("yuh", ("E",)), ("you", ("E", "U")), ("yoo", ("U",)), ("yae", ("X",)), ("yea", ("X",))),
    *(("woo", ("u",)), ("wae", ("y",)), ("weo", ("V",)), ("wee", ("Y",)), ("eui", ("z",))),
    *(("yu", ("U", "E")), ("yo", ("O", "E")), ("ye", ("X", "E")), ("ya", ("A",)), ("yi", ("i",))),
    *(("wa", ("W",)), ("wo", ("V",)), ("we", ("y",)), ("wi", ("Y",)), ("wu", ("u",)), ("oe", ("y",)), ("oi", ("y",))),
    *(("ui", ("z", "Y")), ("eu", ("w",)), ("eo", ("e",)), ("uh", ("e",)), ("oo", ("u",)), ("ou", ("u", "e"))),
    *(("oh", ("o",)), ("ae", ("x",)), ("ay", ("x",)), ("ai", ("x",)), ("eh", ("x",)), ("ea", ("x", "i"))),
    *(("ee", ("i",)), ("ih", ("i",)), ("ie", ("i",)), ("ah", ("a",)), ("u", ("u", "e", "w")), ("o", ("o", "e"))),
    *(("e", ("x",)), ("i", ("i",)), ("a", ("a",)), ("y", ("i",)), ("w", ("",))),
)
_LATIN_CONSONANTS: tuple[tuple[str, str], ...] = (
    *(("ch", "j"), ("sh", "s"), ("kk", "k"), ("gg", "k"), ("ck", "k"), ("tt", "t"), ("dd", "t"), ("th", "t")),
    *(("pp", "p"), ("bb", "p"), ("ph", "p"), ("ss", "s"), ("jj", "j"), ("rr", "r"), ("ll", "r"), ("nn", "n")),
    *(("mm", "m"), ("k", "k"), ("g", "k"), ("c", "k"), ("q", "k"), ("x", "ks"), ("t", "t"), ("d", "t"), ("p", "p")),
    *(("b", "p"), ("f", "p"), ("v", "p"), ("j", "j"), ("z", "j"), ("s", "s"), ("r", "r"), ("l", "r"), ("m", "m")),
    *(("n", "n"), ("h", "h")),
)
_VOWEL_SIGNS = frozenset("aeiouyw")


def plain(name: str) -> str:
    """A name as two who write it the same way have it: without case, spaces and signs; of a Latin one the words in the
    order of the alphabet."""
    words = _words(name)
    return "".join(words) if not name.isascii() else " ".join(sorted(words))


def jamo(name: str) -> str:
    """Its single letters, so that 김민아 and 김미나 differ in where one stands and not in two of three syllables."""
    return "".join(_letters(sign) for sign in plain(name))


def sounds(name: str) -> list[str]:
    """All that the name may sound like; nothing where it is in a script that this does not read."""
    words = _words(name)
    if not words:
        return []
    if all(_is_hangul(word) for word in words):
        return [_hangul_sound("".join(words))]
    bare = [_bare(word) for word in words]
    if not all(word.isascii() and word.isalpha() for word in bare):
        return []
    found: dict[str, None] = {}
    for family, given in _orders(bare):
        for one, other in product(_family_sounds(family), _readings("".join(given))):
            found[f"{one}.{other}" if given else one] = None
    return list(found)[:MOST]


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W_]+", normalize("NFC", name).casefold())


def _bare(word: str) -> str:
    """Without accents."""
    return "".join(sign for sign in normalize("NFD", word) if not "\u0300" <= sign <= "\u036f")


def _is_hangul(word: str) -> bool:
    return all(_FIRST_SYLLABLE <= ord(sign) <= _LAST_SYLLABLE for sign in word)


def _letters(sign: str) -> str:
    code = ord(sign) - _FIRST_SYLLABLE
    if not 0 <= code <= _LAST_SYLLABLE - _FIRST_SYLLABLE:
        return sign
    return _JAMO_INITIALS[code // 588] + _JAMO_VOWELS[code % 588 // 28] + _JAMO_FINALS[code % 28]


def _hangul_sound(name: str) -> str:
    """Two to four syllables are a family name and a given one; what is longer is no person's."""
    if not 2 <= len(name) <= 5:
        return "".join(map(_syllable, name))
    size = 2 if name[:2] in _LONG_FAMILIES and len(name) > 2 else 1
    family = "".join(map(_syllable, name[:size]))
    if family.startswith("r"):
        family = family[1:] if family[1:2] in ("i", "U", "E") else "n" + family[1:]
    return f"{family}.{''.join(map(_syllable, name[size:]))}"


def _syllable(sign: str) -> str:
    code = ord(sign) - _FIRST_SYLLABLE
    initial, vowel = _INITIALS[code // 588], _VOWELS[code % 588 // 28]
    # 희 is spoken, and written, as 히.
    return initial + ("i" if vowel == "z" and initial else vowel) + _FINALS[code % 28]


def _orders(words: Sequence[str]) -> Iterable[tuple[str, Sequence[str]]]:
    """Which word may be the family name: the one of both ends that is a common one, or either."""
    if len(words) == 1:
        return [(words[0], [])]
    ends = [(words[0], words[1:]), (words[-1], words[:-1])]
    known = [end for end in ends if end[0] in _COMMON_FAMILIES]
    return known or ends


def _family_sounds(word: str) -> Sequence[str]:
    return _FAMILIES.get(word) or _readings(word)


def _readings(word: str) -> list[str]:
    """All ways to read a romanised word, the likeliest first."""
    parts: list[Sequence[str]] = []
    place, count = 0, 1
    while place < len(word):
        size, options = _part(word, place)
        count *= len(options)
        parts.append(options if count <= MOST else options[:1])
        place += size
    return ["".join(one) for one in product(*parts)]


def _part(word: str, place: int) -> tuple[int, Sequence[str]]:
    """How many letters are one sound, and which it may be."""
    rest = word[place:]
    if rest.startswith("ng"):
        # Min-gyu or Ming-yu: before a vowel it is either.
        return 2, ("nk", "N") if rest[2:3] and rest[2] in _VOWEL_SIGNS else ("N",)
    for written, options in _LATIN_VOWELS:
        if rest.startswith(written):
            # The h of Minho begins a syllable, that of Mina-h ends one.
            if written.endswith("h") and rest[len(written) : len(written) + 1] in _VOWEL_SIGNS - {""}:
                continue
            return len(written), options
    for written, sound in _LATIN_CONSONANTS:
        if rest.startswith(written):
            return len(written), (_closed(sound) if len(rest) == len(written) else sound,)
    return 1, (rest[0],)


def _closed(sound: str) -> str:
    """What ends a word closes: 옷 and 옫 sound the same."""
    return "t" if sound in ("s", "j", "h") else sound
