"""A rule as a sentence that a person reads, in Korean and English."""

from collections.abc import Mapping
from uuid import UUID

from damso.kernel.i18n import Locale
from damso.segments import sentence_en, sentence_ko
from damso.segments.rule import Computation, Rule


def sentence(rule: Rule, names: Mapping[UUID, str], locale: Locale) -> str:
    """What a rule asks; `names` are those of other segments."""
    return sentence_ko.say(rule, names) if locale == "ko" else sentence_en.say(rule, names)


def computation_sentence(of: Computation, locale: Locale) -> str:
    """What a computation works out."""
    return sentence_ko.computation(of) if locale == "ko" else sentence_en.computation(of)
