"""Korean particles and endings that change with the sound before them: ‘VIP’예요, ‘일반’이에요; 값이, 횟수가.

What is not Hangul goes by how it is read out: 3 is 삼, L is 엘. The same rule as the web apps have.
"""

from typing import Literal

Sound = Literal["vowel", "rieul", "consonant"]

_FIRST, _COUNT, _FINALS, _RIEUL = 0xAC00, 11_172, 28, 8
_CLOSING = "’”'\")]"
_READ_WITH_CONSONANT = frozenset("036mnMN")
_READ_WITH_RIEUL = frozenset("178lrLR")


def sound_of(text: str) -> Sound:
    """What a text ends in, quotes and brackets not heard."""
    last = text.rstrip(_CLOSING)[-1:] or " "
    syllable = ord(last) - _FIRST
    if 0 <= syllable < _COUNT:
        final = syllable % _FINALS
        return "vowel" if final == 0 else "rieul" if final == _RIEUL else "consonant"
    if last in _READ_WITH_RIEUL:
        return "rieul"
    return "consonant" if last in _READ_WITH_CONSONANT else "vowel"


def subject(text: str) -> str:
    """With 이 or 가."""
    return f"{text}{'가' if sound_of(text) == 'vowel' else '이'}"


def by(text: str) -> str:
    """With 으로 or 로, which follows ㄹ as it follows a vowel."""
    return f"{text}{'으로' if sound_of(text) == 'consonant' else '로'}"
