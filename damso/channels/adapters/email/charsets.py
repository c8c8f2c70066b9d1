"""Bytes to text, whatever the label says.

Korean mail is labelled wrongly more often than most: EUC-KR text calls itself `us-ascii`, `iso-8859-1` or `utf-8`,
UTF-8 calls itself `euc-kr`, and many programs write the extended set (CP949) under the name of the plain one. So a
label is a hint, checked against the bytes. Every string made here can be stored: no NUL, no lone surrogate.
"""

import codecs
import re
from functools import lru_cache

_SUPERSETS = {
    "euc_kr": "cp949",
    "johab": "johab",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "iso2022_jp": "iso2022_jp_ext",
    "big5": "cp950",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "utf-16": "utf-16",
}
"""Python's codec for a label: the larger set that programs really write under that name."""

_LABELS = {
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "ksc_5601": "cp949",
    "ks_x_1001": "cp949",
    "korean": "cp949",
    "x-windows-949": "cp949",
    "windows-949": "cp949",
    "ms949": "cp949",
    "uhc": "cp949",
    "csksc56011987": "cp949",
    "iso-2022-kr": "iso2022_kr",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-euc-jp": "euc_jp",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "iso-8859-8-i": "iso8859-8",
    "x-mac-roman": "mac_roman",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
}
"""Labels that mail uses and Python does not know, or knows as something smaller."""

_NO_CHARSETS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
"""Codecs of Python that are no charsets; two of them take quadratic time."""

_WEAK = frozenset({"ascii", "cp1252", "cp1254", "iso8859-15", "iso8859-2", "mac_roman"})
"""Any bytes decode under these, so they prove nothing: what a program writes that does not know better."""

_SAMPLE = 65_536
"""Bytes looked at to guess."""

_HANGUL_PAIR = re.compile(rb"[\xb0-\xc8][\xa1-\xfe]")
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_UTF8_THREE = re.compile(rb"[\xe1-\xed][\x80-\xbf][\x80-\xbf]")
_SURROGATES = re.compile("[\ud800-\udfff]")


@lru_cache(maxsize=256)
def codec_for(label: str) -> str | None:
    """The name of Python's codec for a charset label, or None where there is no such charset."""
    cleaned = label.strip(" \t\r\n\"'").partition("*")[0].lower()
    if cleaned in _LABELS:
        return _LABELS[cleaned]
    try:
        name = codecs.lookup(cleaned).name
    except (LookupError, ValueError):
        return None
    if name.replace("-", "_") in _NO_CHARSETS or not _decodes_text(name):
        return None
    return _SUPERSETS.get(name, name)


def _decodes_text(codec: str) -> bool:
    try:
        b"text".decode(codec)
    except LookupError:  # "not a text encoding", such as base64
        return False
    except UnicodeError:
        return True
    return True


def storable(text: str) -> str:
    """The text without what a database refuses: NUL is left out, lone surrogates become U+FFFD."""
    return _SURROGATES.sub("\ufffd", text.replace("\x00", ""))


def decode(data: bytes, label: str | None = None) -> str:
    """The text that `data` most probably is; `label` is the charset its sender named. Never fails."""
    return storable(_decode(data, codec_for(label) if label else None))


def _decode(data: bytes, named: str | None) -> str:
    if named in (None, "ascii", "cp949", "utf-8", "cp1252") and (shifted := _shifted(data)):
        return shifted
    if not _HIGH_BYTE.search(data) and named not in ("utf-7", "utf-16", "utf-32", "iso2022_kr", "hz"):
        return data.decode(named or "ascii", "replace")
    if named is None or named in _WEAK:
        return _guess(data, named or "cp1252")
    if named != "utf-8" and _UTF8_THREE.search(data) and (text := _strict(data, "utf-8")) is not None:
        return text
    if (text := _strict(data, named)) is not None:
        return text
    if named != "utf-8" and (text := _strict(data, "utf-8")) is not None:
        return text
    if _looks_korean(data) and (text := _strict(data, "cp949")) is not None:
        return text
    return data.decode(named, "replace")


def _guess(data: bytes, otherwise: str) -> str:
    """UTF-8 if it is that (chance hardly makes it), else Korean if it looks so, else a Western set."""
    if (text := _strict(data, "utf-8")) is not None:
        return text
    if _looks_korean(data):
        return data.decode("cp949", "replace")
    if _mostly_utf8(data):
        return data.decode("utf-8", "replace")
    return data.decode(otherwise if otherwise != "ascii" else "cp1252", "replace")


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _looks_korean(data: bytes) -> bool:
    """Strict CP949 that is mostly Hangul, with at least one plain syllable: "Ära" in Latin-1 would be a rare one."""
    sample = data[:_SAMPLE]
    text = _strict(sample, "cp949") or _strict(sample[:-1], "cp949")
    if text is None:
        high = len(_HIGH_BYTE.findall(sample))
        return len(_HANGUL_PAIR.findall(sample)) * 2 >= max(2, 0.6 * high)
    other = [char for char in text if char > "\x7f"]
    hangul = sum("가" <= char <= "힣" or "ㄱ" <= char <= "ㅣ" for char in other)
    return hangul * 10 >= 6 * len(other) > 0 and bool(_HANGUL_PAIR.search(sample))


def _mostly_utf8(data: bytes) -> bool:
    sample = data[:_SAMPLE]
    broken = sample.decode("utf-8", "replace").count("\ufffd")
    return broken * 10 < len(_HIGH_BYTE.findall(sample))


def _shifted(data: bytes) -> str | None:
    """ISO-2022 text under another label: its escape sequences give it away."""
    if b"\x1b$" not in data[:_SAMPLE] or _HIGH_BYTE.search(data):
        return None
    return _strict(data, "iso2022_kr" if b"\x1b$)C" in data else "iso2022_jp_ext")
