"""How commands talk: results to standard output, what is going on to standard error, in Korean or English."""

import os
import sys
from collections.abc import Mapping
from typing import Any

import msgspec

from damso.kernel.errors import AppError
from damso.kernel.i18n import Locale, Text


def locale_of(environ: Mapping[str, str]) -> Locale:
    """`DAMSO_LOCALE`, else what the terminal is set to; Korean where that begins with `ko`, else English."""
    given = next((environ[name] for name in ("DAMSO_LOCALE", "LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "ko" if given.lower().startswith("ko") else "en"


LOCALE = locale_of(os.environ)


def word(ko: str, en: str) -> str:
    """Whichever of two texts the person at the terminal reads."""
    return ko if LOCALE == "ko" else en


def tell(text: Text, **fields: object) -> None:
    """A line about what is going on (`damso.kernel.progress.Say`)."""
    print(text.say(LOCALE, **fields), file=sys.stderr, flush=True)


def result(text: Text, **fields: object) -> None:
    """A line that the command was run for."""
    print(text.say(LOCALE, **fields), flush=True)


def complain(error: AppError) -> None:
    """Say an error as its sentence, and what is wrong with each field."""
    print(error.say(LOCALE), file=sys.stderr)
    for problem in error.problems:
        print(f"  {problem.field}: {problem.text.say(LOCALE)}", file=sys.stderr)


def print_json(value: Any) -> None:
    """One value as indented JSON."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
    sys.stdout.buffer.flush()
