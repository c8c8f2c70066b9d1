"""Who may call, since nothing is signed."""

import msgspec
import pytest

from damso.channels import config_form
from damso.channels.adapters.talktalk.adapter import TalkTalkAdapter
from damso.channels.adapters.talktalk.config import NO_NETWORK, TOO_WIDE, TalkTalkConfig
from damso.channels.failures import SignatureInvalid
from damso.kernel.errors import Invalid
from tests.channels.talktalk.naver import CONFIG, event, posted


@pytest.mark.parametrize(
    ("peer", "is_let_in"),
    [
        ("211.249.40.0", True),
        ("211.249.40.31", True),
        ("::ffff:211.249.40.31", True),
        ("211.249.40.32", False),
        ("211.249.39.255", False),
        ("211.249.68.1", True),
        ("220.230.168.30", True),
        ("103.6.173.9", True),
        ("117.52.141.193", False),
        ("127.0.0.1", False),
        ("::1", False),
        ("", False),
        ("localhost", False),
    ],
)
def test_only_naver_s_addresses_are_let_in(peer: str, is_let_in: bool) -> None:
    assert CONFIG.lets_in(peer) == is_let_in


def test_without_ranges_or_key_nothing_is_let_in() -> None:
    request, adapter = event("leave"), TalkTalkAdapter()
    adapter.verify(request, CONFIG)

    for unset in ({"ranges": ()}, {"authorization": ""}):
        with pytest.raises(SignatureInvalid):
            adapter.verify(request, msgspec.structs.replace(CONFIG, **unset))


def test_a_range_that_was_broken_later_lets_nobody_in() -> None:
    assert not msgspec.structs.replace(CONFIG, ranges=("all", "0.0.0.0/0", "::/0")).lets_in("211.249.40.7")


@pytest.mark.parametrize(
    ("ranges", "problem"),
    [
        (("211.249.40.0/27", "2001:db8::/32"), None),
        (("211.249.40.7",), None),
        (("211.249.40.7/27",), None),
        ((), None),
        (("211.249.40.0/33",), NO_NETWORK),
        (("naver",), NO_NETWORK),
        (("211.249.40.0/27", "0.0.0.0/0"), TOO_WIDE),
        (("::/0",), TOO_WIDE),
    ],
)
def test_ranges_that_cannot_be_used_are_named(ranges, problem) -> None:
    wrong = msgspec.structs.replace(CONFIG, ranges=ranges).wrong_fields()

    assert wrong == ({"ranges": problem} if problem else {})


@pytest.mark.parametrize("account", ["", "moonlight", "w", "wc 1234", "https://talk.naver.com/ct/w4"])
def test_a_partner_id_begins_with_w(account: str) -> None:
    with pytest.raises(Invalid):
        config_form.accept(TalkTalkConfig, {"account": account})


def test_an_empty_call_is_answered_and_nothing_else() -> None:
    adapter = TalkTalkAdapter()

    answer = adapter.handshake(posted(b""), CONFIG)

    assert answer is not None
    assert (answer.status, answer.body) == (200, b"")
    assert adapter.handshake(event("leave"), CONFIG) is None
