"""How easily a password is guessed, by zxcvbn, and what to say about it. No rules of composition: they make passwords
that are hard to remember and easy to guess (NIST SP 800-63B 5.1.1.2)."""

import re
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct
from zxcvbn import zxcvbn

from damso.kernel.errors import FieldProblem, Invalid
from damso.kernel.i18n import Locale, Text
from damso.team.passwords import MIN_LENGTH, normalised, off_the_loop

ENOUGH = 3
"""Of zxcvbn's four: about 10^8 guesses, which slow hashes and growing waits keep out of reach."""
LOOKED_AT = 72
"""Characters that are looked at: zxcvbn's work grows with the square of the length, and these are enough."""
KOREAN = (
    *("비밀번호", "안녕하세요", "사랑해요", "대한민국", "가나다라마바사", "관리자", "고객센터", "상담원"),
    *("qlalfqjsgh", "dkssudgktpdy", "tkfkdgody", "eogksalsrnr", "rksekfkakqktk", "rhksflwk", "rhrortpsxj"),
)
"""What people in Korea choose, in Hangul and as it comes out of a keyboard left on Latin letters."""

Score = Literal[0, 1, 2, 3, 4]

SHORT = Text(f"{MIN_LENGTH}자 이상으로 지어 주세요.", f"Use at least {MIN_LENGTH} characters.")
GOOD = Text("안전한 비밀번호예요.", "A good password.")
WEAK = Text(
    "쉽게 추측할 수 있는 비밀번호예요. 서로 관련 없는 낱말을 몇 개 이어 보세요.",
    "This is easily guessed. Put a few words together that have nothing to do with each other.",
)
WARNINGS: tuple[tuple[str, Text], ...] = (
    (
        "common password|commonly used",
        Text(
            "많은 사람이 쓰는 비밀번호와 비슷해요. 낱말을 더 이어 보세요.",
            "Many people use one like this. Add more words.",
        ),
    ),
    (
        "rows of keys|keyboard patterns",
        Text(
            "키보드에 나란히 있는 글자는 쉽게 추측돼요. 낱말을 더 이어 보세요.",
            "Keys that stand side by side are easily guessed. Add more words.",
        ),
    ),
    ("Repeats", Text("되풀이되는 글자는 쉽게 추측돼요.", "Repeated characters are easily guessed.")),
    (
        "Sequences",
        Text("abc, 6543처럼 이어지는 글자는 쉽게 추측돼요.", "Sequences such as abc or 6543 are easily guessed."),
    ),
    (
        "years|Dates",
        Text(
            "날짜나 연도는 쉽게 추측돼요. 낱말을 더 이어 보세요.", "Dates and years are easily guessed. Add more words."
        ),
    ),
    (
        "word by itself",
        Text("낱말 하나는 쉽게 추측돼요. 몇 개를 이어 보세요.", "One word is easily guessed. Put a few together."),
    ),
    ("[Nn]ames and surnames", Text("흔한 이름은 쉽게 추측돼요.", "Common names are easily guessed.")),
)
"""What zxcvbn warns of, by a part of its English sentence."""
PERSONAL = Text(
    "이름, 이메일, 회사 이름이 들어가면 쉽게 추측돼요. 다른 낱말을 써 보세요.",
    "Your name, your address or the company's name make it easy to guess. Use other words.",
)


class Strength(Struct, frozen=True, kw_only=True):
    """`score` by zxcvbn, 0 to 4; `enough`: it would be taken; `hint`: what to say about it."""

    score: Score
    enough: bool
    hint: str


class _Judged(Struct, frozen=True):
    score: Score
    text: Text


async def strength_of(password: str, about: Iterable[str], locale: Locale) -> Strength:
    """`about`: names and addresses that whoever guesses would try first."""
    judged = await off_the_loop(_judge, normalised(password), tuple(about))
    if len(password) < MIN_LENGTH:
        return Strength(score=min(judged.score, 1), enough=False, hint=SHORT.say(locale))
    return Strength(score=judged.score, enough=judged.score >= ENOUGH, hint=judged.text.say(locale))


async def require_strong(password: str, about: Iterable[str]) -> None:
    """Raises `Invalid`, which says what is weak."""
    judged = await off_the_loop(_judge, normalised(password), tuple(about))
    if judged.score < ENOUGH:
        raise Invalid(field="password", problems=(FieldProblem("password", "PASSWORD_WEAK", judged.text),))


def _judge(password: str, about: tuple[str, ...]) -> _Judged:
    if not password:  # zxcvbn stumbles over it
        return _Judged(0, WEAK)
    words = _words(about)
    found = zxcvbn(password[:LOOKED_AT], user_inputs=[*KOREAN, *words])
    score: Score = found["score"]
    if score >= ENOUGH:
        return _Judged(score, GOOD)
    if any(
        match.get("dictionary_name") == "user_inputs" and match["matched_word"] in words for match in found["sequence"]
    ):
        return _Judged(score, PERSONAL)
    warning = found["feedback"]["warning"]
    return _Judged(score, next((text for pattern, text in WARNINGS if re.search(pattern, warning)), WEAK))


def _words(about: tuple[str, ...]) -> frozenset[str]:
    """Each as a whole and in its parts: `jane.doe@shop.example` is also `jane`, `doe` and `shop`."""
    wholes = [one.strip().lower() for one in about]
    parts = [part for whole in wholes for part in re.split(r"[\W_]+", whole)]
    return frozenset(word for word in (*wholes, *parts) if len(word) > 2 or (len(word) == 2 and not word.isascii()))
