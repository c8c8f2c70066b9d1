"""How Korean clauses end: joined by 그리고 (-고) or 또는 (-거나), at the end (-아요), or before a noun (-는)."""

from typing import Literal, NamedTuple

from damso.segments.particles import sound_of, subject

Ending = Literal["and_", "or_", "end", "of"]


class Verb(NamedTuple):
    """The four forms of one verb."""

    and_: str
    or_: str
    end: str
    of: str


class Clause(NamedTuple):
    """Something that is true or not: what goes before the verb, the verb, and the one that denies it; None where only
    the whole can be denied."""

    body: str
    yes: Verb
    no: Verb | None = None


HAD = Verb("있었고", "있었거나", "있었어요", "있었던")
HAD_NOT = Verb("없었고", "없었거나", "없었어요", "없었던")
HAS = Verb("있고", "있거나", "있어요", "있는")
LACKS = Verb("없고", "없거나", "없어요", "없는")
WAITS = Verb("기다리고 있고", "기다리고 있거나", "기다리고 있어요", "기다리고 있는")
WAITS_NOT = Verb("기다리고 있지 않고", "기다리고 있지 않거나", "기다리고 있지 않아요", "기다리고 있지 않은")
BELONGS = Verb("속하고", "속하거나", "속해요", "속하는")
BELONGS_NOT = Verb("속하지 않고", "속하지 않거나", "속하지 않아요", "속하지 않는")
APPLIES = Verb("해당하고", "해당하거나", "해당해요", "해당하는")
APPLIES_NOT = Verb("해당하지 않고", "해당하지 않거나", "해당하지 않아요", "해당하지 않는")
CONTAINED = Verb("들어 있고", "들어 있거나", "들어 있어요", "들어 있는")
CONTAINED_NOT = Verb("들어 있지 않고", "들어 있지 않거나", "들어 있지 않아요", "들어 있지 않은")
BEGINS = Verb("시작하고", "시작하거나", "시작해요", "시작하는")
BEGINS_NOT = Verb("시작하지 않고", "시작하지 않거나", "시작하지 않아요", "시작하지 않는")
AGREED = Verb("동의했고", "동의했거나", "동의했어요", "동의한")
AGREED_NOT = Verb("동의한 상태가 아니고", "동의한 상태가 아니거나", "동의한 상태가 아니에요", "동의한 상태가 아닌")
TOOK_BACK = Verb("철회했고", "철회했거나", "철회했어요", "철회한")
TOOK_BACK_NOT = Verb("철회하지 않았고", "철회하지 않았거나", "철회하지 않았어요", "철회하지 않은")


def equals(before: str, word: str) -> Clause:
    """It is `word`: ‘VIP’예요, ‘일반’이에요; denied: ‘VIP’가 아니에요."""
    yes = Verb("이고", "이거나", "예요" if sound_of(word) == "vowel" else "이에요", "인")
    particle = subject(word)[len(word) :]
    no = Verb(*(f"{particle} {form}" for form in ("아니고", "아니거나", "아니에요", "아닌")))
    return Clause(before + word, yes, no)


def was(word: str) -> Verb:
    """It was `word`: 3번 미만이었어요, 3번 이하였어요."""
    stem = "였" if sound_of(word) == "vowel" else "이었"
    return Verb(*(f"{word}{stem}{form}" for form in ("고", "거나", "어요", "던")))


def led(words: str, verb: Verb) -> Verb:
    """The verb with words before it: 3번 이상 있었어요."""
    return Verb(*(words + form for form in verb))


def denied(clause: Clause) -> Clause:
    """The opposite, where the verb has one."""
    if clause.no is None:
        raise TypeError(clause)
    return Clause(clause.body, clause.no, clause.yes)
