"""Counting as Korean carriers do: bytes of EUC-KR (KS X 1001), and nothing that it lacks.

SMS up to 90 bytes, LMS and MMS up to 2,000, a title up to 40; other characters, such as emoji, are refused whatever the
length: SOLAPI codes 1029 and 1031 (docs.solapi.com, message-status-codes), NHN Cloud SMS API v3.0 "주의 사항", Naver
Cloud sens-sms-send.
"""

SMS = 90
LMS = 2000
TITLE = 40


def size(text: str) -> int:
    """Bytes on the way to a phone. What EUC-KR lacks counts two."""
    return sum(1 if letter.isascii() else 2 for letter in text)


def missing(text: str) -> str:
    """The first character that cannot be sent, or nothing."""
    return next((letter for letter in text if not _is_known(letter)), "")


def cut(text: str, limit: int) -> str:
    """As much of it as fits, without what cannot be sent."""
    kept = ""
    for letter in text:
        if not _is_known(letter):
            continue
        if size(kept + letter) > limit:
            break
        kept += letter
    return kept


def _is_known(letter: str) -> bool:
    """Python spells syllables that KS X 1001 has no place for (똠) in eight bytes, which no phone reads."""
    if letter.isascii():
        return letter.isprintable() or letter in "\n\t"
    try:
        return len(letter.encode("euc_kr")) <= 2
    except UnicodeEncodeError:
        return False
