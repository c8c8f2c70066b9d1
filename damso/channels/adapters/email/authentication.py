"""Whether a mail proves its sender, by what our own receiving server found (Authentication-Results, RFC 8601).

Anybody can write such a header into a mail, so three conditions make one count:

1. its first word is one of the ids the inbox is told to trust;
2. it stands where only our server can have written: above the topmost `Received`, which a receiving server always
   puts on top of all that the sender wrote. Some servers (Gmail, Naver) write it just below their own `Received`;
   so where none stands above, the topmost one with a trusted id counts, if nothing of the mail itself (From,
   Subject, a DKIM signature …) stands higher;
3. only that one: a second one below, which a sender may have put there, is not read.

The assumption behind 2: a server that signs with such an id writes its header on every mail, or removes foreign
headers that bear its id, as RFC 8601 section 5 demands.

A sender is proven by `dmarc=pass`, or by `dkim=pass` of the sender's domain or of a domain above it. A signature of a
domain *below* is DMARC's business: without the list of public suffixes `evil.co.kr` must not speak for `co.kr`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from damso.channels.adapters.email.addresses import Mailbox, normal, normal_domain
from damso.channels.adapters.email.charsets import decode
from damso.channels.adapters.email.headers import Headers, unfold


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HEADER = "authentication-results"
_WRITTEN_BY_SENDER = _words(
    """
    from to cc subject date message-id mime-version content-type content-transfer-encoding dkim-signature reply-to
    sender in-reply-to references
    """
)
_METHOD = re.compile(r"^\s*([A-Za-z][\w-]*)(?:\s*/\s*\d+)?\s*=\s*([A-Za-z]+)(?=\s|$)")
_PROPERTY = re.compile(r"(?<![\w.-])([A-Za-z]+\.[A-Za-z][\w-]*)\s*=\s*(?:\"([^\"]*)\"|([^\s\";]+))")


class Result(NamedTuple):
    """One thing a server checked: `dkim`, `pass`, {`header.d`: `shop.example`}."""

    method: str
    result: str
    properties: dict[str, str]


def judge(headers: Headers, senders: Sequence[Mailbox], trusted: Sequence[str]) -> tuple[bool, str]:
    """Whether the mail proves its sender, and in words why or why not."""
    if not trusted:
        return False, ""
    written = headers.all_raw("from")
    if len(written) != 1 or len(senders) != 1 or written[0].count(b"<") > 1:
        return False, "not exactly one sender"
    domain = normal(senders[0].address).rpartition("@")[2]
    if not domain:
        return False, "no sender address"
    server, results = _trusted_results(headers, frozenset(name.strip().lower() for name in trusted))
    if not server:
        return False, "no result of a trusted server"
    for result in results:
        if why := _proof(result, domain, only_address=written[0].count(b"@") == 1):
            return True, f"{server}: {why}"
    found = ", ".join(f"{result.method}={result.result}" for result in results)
    return False, f"{server}: {found or 'none'}"


def _proof(result: Result, domain: str, *, only_address: bool) -> str:
    """What the result proves of `domain`; where From shows two addresses, the server must say which it checked."""
    if result.result != "pass":
        return ""
    if result.method == "dmarc":
        judged = normal_domain(result.properties.get("header.from", domain if only_address else "").rpartition("@")[2])
        return f"dmarc=pass ({domain})" if judged == domain else ""
    if result.method == "dkim":
        signer = normal_domain(result.properties.get("header.d", ""))
        signer = signer or normal_domain(result.properties.get("header.i", "").rpartition("@")[2])
        return f"dkim=pass ({signer})" if _speaks_for(signer, domain) else ""
    return ""


def _speaks_for(signer: str, domain: str) -> bool:
    return "." in signer and (domain == signer or domain.endswith(f".{signer}"))


def _trusted_results(headers: Headers, trusted: frozenset[str]) -> tuple[str, list[Result]]:
    """The id of the trusted server and what it found; an empty id where nothing can be trusted."""
    server, results = "", []
    for value in _where_only_we_write(headers, trusted):
        server, found = read_results(value)
        results += found
    return server, results


def _where_only_we_write(headers: Headers, trusted: frozenset[str]) -> list[str]:
    names = [name for name, _ in headers.fields]
    first_hop = names.index("received") if "received" in names else 0
    ours = [
        (at, text)
        for at, (name, value) in enumerate(headers.fields)
        if name == _HEADER and read_results(text := decode(unfold(value)))[0] in trusted
    ]
    above = [text for at, text in ours if at < first_hop]
    if above or not ours:
        return above
    at, text = ours[0]
    handed_in_here = "received" not in names
    return [text] if handed_in_here or not _WRITTEN_BY_SENDER.intersection(names[:at]) else []


def read_results(value: str) -> tuple[str, list[Result]]:
    """The authserv-id and the results of one header."""
    first, *rest = _pieces(value)
    words = first.replace('"', " ").split()
    results = []
    for piece in rest:
        if found := _METHOD.match(piece):
            properties = {name.lower(): quoted or bare for name, quoted, bare in _PROPERTY.findall(piece)}
            results.append(Result(found[1].lower(), found[2].lower(), properties))
    return (words[0].lower() if words else ""), results


def _pieces(value: str) -> list[str]:
    """The header cut at semicolons, comments left out; a quoted string keeps its quotes and what is in it."""
    pieces: list[list[str]] = [[]]
    for char in _without_comments(value[:20_000]):
        if char == ";":
            pieces.append([])
        else:
            pieces[-1].append(char)
    return ["".join(piece) for piece in pieces]


def _without_comments(value: str) -> Iterator[str]:
    """One piece after the other, quoted strings whole so that a semicolon in them does not count."""
    depth, at = 0, 0
    while at < len(value):
        char = value[at]
        if char == "\\":
            at += 2
            continue
        if not depth and char == '"' and (end := value.find('"', at + 1)) > 0:
            yield value[at : end + 1]
            at = end
        elif char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
            yield " "
        elif not depth:
            yield char
        at += 1
