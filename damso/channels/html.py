"""HTML from outside: made harmless for the desk, or turned into text.

Both stand on nh3 (ammonia, html5ever): a real HTML5 parser in Rust reads what a browser would read, and its output
is well-formed, so the text is taken from that output by one regular expression. The standard library's HTML parser
was weighed: it takes quadratic time on broken markup and misses what browsers see.

The HTML5 rules themselves allow markup whose tree is quadratic in its size (unclosed formatting re-opened in every
paragraph, scope checks down a deep stack). Such markup is recognised beforehand and treated as plain text.
"""

import html as entities
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import nh3


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MAX_CHARACTERS = 2_000_000
"""HTML read; what is longer is cut, as no screen can show it."""

_MAX_DEPTH = 512
_MAX_WORK = 4_000_000
"""Open formatting elements times tags: how many nodes a browser might have to build."""

_MAX_ENTITIES = 200_000
"""html5ever takes quadratic time in them."""

_FORMATTING = _words("a b big code em font i nobr s small strike strong tt u")
_NEVER_DEEP = _words(
    """
    area base br col dd dt embed hr img input li link meta option p param source tbody td tfoot th thead tr wbr
    """
)

_TAGS = _words(
    """
    a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details
    dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre
    q rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt
    u ul var wbr
    """
)
_SKIPPED = _words(
    """
    script style title head template noscript iframe object svg math select textarea
    """
)
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"style", "dir", "lang", "align", "valign", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "table": {"border", "cellpadding", "cellspacing", "width", "bgcolor"},
    "td": {"colspan", "rowspan", "width", "height", "bgcolor"},
    "th": {"colspan", "rowspan", "width", "height", "bgcolor"},
    "tr": {"bgcolor"},
    "col": {"span", "width"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "li": {"value"},
}
_STYLES = _words(
    """
    background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width
    border-collapse border-color border-left border-left-color border-left-style border-left-width border-radius
    border-right border-right-color border-right-style border-right-width border-spacing border-style border-top
    border-top-color border-top-style border-top-width border-width color direction display font font-family
    font-size font-style font-variant font-weight height letter-spacing line-height list-style-type margin
    margin-bottom margin-left margin-right margin-top max-width min-width padding padding-bottom padding-left
    padding-right padding-top table-layout text-align text-decoration text-indent text-transform vertical-align
    white-space width word-break word-spacing word-wrap
    """
)
_LINK_SCHEMES = ("http:", "https:", "mailto:", "tel:", "sms:", "kakaotalk:")
_SAFE_DATA = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s%]*\Z", re.IGNORECASE)
_UNSAFE_STYLE = re.compile(r"url|image|expression|attr\(|var\(|\\|/\*|@|<", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x20\x7f]+")
_BARE_AMPERSAND = re.compile(r"&(?!#?[a-zA-Z0-9]{1,32};)")
_SURROGATES = re.compile("[\ud800-\udfff\x00]")


class Sanitised(NamedTuple):
    """HTML that is safe to show, and how many remote pictures were left out of it."""

    html: str
    blocked_images: int


def sanitise(html: str, *, remote_images: bool, cid: Callable[[str], str | None]) -> Sanitised:
    """What may be shown of `html`: no script, form or outside fetch; links open elsewhere and tell nothing.

    `cid` gives the address of the inline picture with a content id, or None where there is none. Pictures from
    other servers are left out and counted unless `remote_images`.
    """
    source = _readable(html)
    if _is_hostile(source):
        return Sanitised(f"<pre>{entities.escape(_stripped(source))}</pre>", 0)
    blocked = 0

    def picture(address: str) -> str | None:
        nonlocal blocked
        bare = _CONTROLS.sub("", address)
        lower = bare[:16].lower()
        if lower.startswith("cid:"):
            return cid(bare[4:].strip("<>"))
        if lower.startswith("data:"):
            return bare if _SAFE_DATA.match(bare) else None
        if not lower.startswith(("http://", "https://", "//")):
            return None
        if not remote_images:
            blocked += 1
            return None
        return f"https:{bare}" if bare.startswith("//") else bare

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "style":
            return _safe_style(value)
        if tag == "img" and attribute == "src":
            return picture(value)
        if attribute == "href":
            return value if _CONTROLS.sub("", value).lower().startswith(_LINK_SCHEMES) else None
        return value

    cleaned = nh3.clean(
        source,
        tags=set(_TAGS),
        clean_content_tags=set(_SKIPPED),
        attributes=_ATTRIBUTES,
        attribute_filter=keep,
        filter_style_properties=set(_STYLES),
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes={"http", "https", "mailto", "tel", "sms", "kakaotalk", "data", "cid"},
        url_relative="pass_through",  # only `cid` can have put one here: `keep` lets no other through
    )
    return Sanitised(cleaned, blocked)


def _safe_style(value: str) -> str | None:
    """The declarations that fetch nothing and overlay nothing."""
    kept = [
        declaration
        for declaration in value.split(";")
        if not _UNSAFE_STYLE.search(declaration) and not re.match(r"\s*margin[a-z-]*\s*:[^;]*-\d", declaration, re.I)
    ]
    return ";".join(kept) or None


def _readable(html: str) -> str:
    """Bounded, storable, and without the bare `&` that make html5ever slow (7 s for a million of them)."""
    return _BARE_AMPERSAND.sub("&amp;", _SURROGATES.sub("", html[:MAX_CHARACTERS]))


_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})")


def _is_hostile(source: str) -> bool:
    """Whether the tree a browser builds of this could be far larger, or far deeper, than the markup."""
    opened: Counter[str] = Counter()
    depth = deepest = formatting = most_formatting = tags = 0
    for closing, name in _ANY_TAG.findall(source):
        tags += 1
        tag = name.lower()
        if tag in _NEVER_DEEP:
            continue
        step = 1 if not closing else -1 if opened[tag] else 0
        opened[tag] += step
        depth += step
        deepest = max(deepest, depth)
        if tag in _FORMATTING:
            formatting += step
            most_formatting = max(most_formatting, formatting)
    return deepest > _MAX_DEPTH or most_formatting * tags > _MAX_WORK or source.count("&") > _MAX_ENTITIES


def _stripped(source: str) -> str:
    """The text of markup nobody should parse: tags are dropped, nothing is understood."""
    return entities.unescape(re.sub(r"<[^<>]{0,2000}>", " ", source)).strip()


# --- To text -------------------------------------------------------------------------------------------------------


@dataclass
class Rendered:
    """HTML as text; `quoted` are the numbers of the lines that a mail program marked as somebody else's words."""

    text: str
    quoted: frozenset[int] = frozenset()


_TOKEN = re.compile(r"<(/?)([a-z0-9]+)((?:[^>\"]|\"[^\"]*\")*)>|([^<]+)")
_ATTRIBUTE = re.compile(r"([a-z]+)=\"([^\"]*)\"")
_BLANKS = re.compile(r"[ \t\r\n\f\u00a0]+")
_BLOCKS = _words(
    """
    address article aside blockquote caption center dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5
    h6 header hr li main ol p pre section summary table tr ul
    """
)
_SPACED = _words("h1 h2 h3 h4 h5 h6 p table ul ol pre blockquote")
_VOID = _words("br hr img wbr col")
_MAX_QUOTE_PREFIX = 8

_QUOTE_MARKS = re.compile(
    r"\b(?:yahoo_quoted|protonmail_quote|tutanota_quote|moz-cite-prefix|gmail_attr|moz-email-headers-table)\b"
)
"""Classes that mail programs give to what they quote and to the line above it."""

_CUT_MARKS = re.compile(
    r"(?:divRplyFwdMsg|OutlookMessageHeader|appendonsend|mail-editor-reference-message-container)\b"
)
"""Ids and classes after which everything is the quoted mail."""

_PLAIN_INDENT = re.compile(r"indent|border\s*:\s*(?:none|0)", re.IGNORECASE)


def to_text(html: str) -> str:
    """The words of `html` as they would be read: paragraphs, lists, quotes (`> `), the text of links."""
    return render(html).text


def render(html: str) -> Rendered:
    """As `to_text`, with the lines that are marked as quoted."""
    source = _readable(html)
    if _is_hostile(source):
        return Rendered(_stripped(source))
    clean = nh3.clean(
        source,
        tags=set(_TAGS),
        clean_content_tags=set(_SKIPPED),
        attributes={"*": {"class", "id", "type", "cite", "style"}, "img": {"alt"}, "ol": {"start"}},
        link_rel=None,
        filter_style_properties={"border", "border-left", "display"},
    )
    writer = _Writer()
    for token in _TOKEN.finditer(clean):
        if token[4] is not None:
            writer.write(entities.unescape(token[4]))
        elif token[1]:
            writer.close(token[2])
        else:
            writer.open(token[2], dict(_ATTRIBUTE.findall(token[3])) if token[3] else {})
    return writer.finish()


@dataclass
class _Element:
    tag: str
    quote: bool = False
    marked: bool = False
    hidden: bool = False
    number: int | None = None


@dataclass
class _Writer:
    """Writes lines while elements open and close."""

    lines: list[str] = field(default_factory=list)
    quoted: set[int] = field(default_factory=set)
    stack: list[_Element] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    spare: bool = False
    cut: bool = False
    quotes: int = 0
    marked: int = 0
    hidden: int = 0
    preformatted: int = 0

    def open(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "br":
            self._break(keep_empty=True)
            return
        if tag in _BLOCKS:
            self._block(tag)
        if tag == "img":
            self.write(_picture_text(attributes.get("alt", "")))
        names = f"{attributes.get('class', '')} {attributes.get('id', '')}"
        self.cut |= bool(_CUT_MARKS.search(names))
        if tag in _VOID:
            return
        element = _Element(
            tag,
            quote=tag == "blockquote" and not _PLAIN_INDENT.search(f"{names} {attributes.get('style', '')}"),
            marked=bool(_QUOTE_MARKS.search(names)),
            hidden=attributes.get("style", "").replace(" ", "").startswith("display:none"),
            number=_start(attributes) if tag == "ol" else None,
        )
        self.stack.append(element)
        self._count(element, 1)
        if tag == "li":
            self.line.append(self._bullet())
        elif tag in ("td", "th") and "".join(self.line).strip():
            self.line.append(" ")

    def close(self, tag: str) -> None:
        if not self.stack or self.stack[-1].tag != tag:
            return  # cannot happen in nh3's output, and must not matter
        if tag in _BLOCKS:
            self._block(tag)
        self._count(self.stack.pop(), -1)

    def write(self, text: str) -> None:
        if self.hidden:
            return
        if not self.preformatted:
            self.line.append(_BLANKS.sub(" ", text))
            return
        first, *rest = text.split("\n")
        self.line.append(first)
        for part in rest:
            self._break(keep_empty=True)
            self.line.append(part)

    def finish(self) -> Rendered:
        self._break()
        text = "\n".join(self.lines)
        leading = len(self.lines) - len(text.lstrip("\n").split("\n")) if text.strip("\n") else 0
        return Rendered(text.strip("\n"), frozenset(number - leading for number in self.quoted if number >= leading))

    def _count(self, element: _Element, step: int) -> None:
        self.quotes += step * element.quote
        self.marked += step * element.marked
        self.hidden += step * element.hidden
        self.preformatted += step * (element.tag == "pre")

    def _bullet(self) -> str:
        for element in reversed(self.stack):
            if element.tag == "ul":
                return "- "
            if element.tag == "ol" and element.number is not None:
                element.number += 1
                return f"{element.number - 1}. "
        return "- "

    def _block(self, tag: str) -> None:
        self._break()
        self.spare |= tag in _SPACED

    def _break(self, *, keep_empty: bool = False) -> None:
        """End the line; empty ones are kept where the writer asked for them, and one between paragraphs."""
        joined = "".join(self.line)
        self.line = []
        text = joined.rstrip() if self.preformatted else _BLANKS.sub(" ", joined).strip()
        if not text and not keep_empty:
            return
        if self.spare and self.lines and self.lines[-1].strip("> "):
            self._append("")
        self.spare = False
        self._append(text)

    def _append(self, text: str) -> None:
        if self.marked or self.cut:
            self.quoted.add(len(self.lines))
        self.lines.append(("> " * min(self.quotes, _MAX_QUOTE_PREFIX) + text).rstrip() if self.quotes else text)


def _start(attributes: dict[str, str]) -> int:
    start = attributes.get("start", "")
    return int(start) if start.isascii() and start.isdigit() and len(start) < 8 else 1


def _picture_text(alt: str) -> str:
    """What a picture says: an emoji as itself, a description in brackets."""
    text = entities.unescape(alt).strip()[:200]
    return text if len(text) <= 2 else f"[{text}]"
