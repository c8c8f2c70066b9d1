"""Channels of other packages."""

from importlib.metadata import EntryPoint, EntryPoints

import pytest

from damso.channels import registry
from tests.channels.pigeon import PigeonAdapter


def installed(monkeypatch: pytest.MonkeyPatch, *values: str) -> None:
    entries = EntryPoints(EntryPoint(f"entry{n}", value, registry.GROUP) for n, value in enumerate(values))
    monkeypatch.setattr(registry, "entry_points", lambda group: entries.select(group=group))


def test_a_package_brings_its_channel(monkeypatch) -> None:
    installed(monkeypatch, "tests.channels.pigeon:PigeonAdapter")

    adapters = registry.load_adapters()

    assert list(adapters) == ["email", "chat", "kakao", "kakao_consult", "talktalk", "sms", "api", "pigeon"]
    assert isinstance(adapters["pigeon"], PigeonAdapter)


def test_a_broken_package_stops_nothing_and_none_takes_our_names(monkeypatch) -> None:
    installed(monkeypatch, "no.such.module:Adapter", "damso.channels.adapters.api.adapter:ApiAdapter")

    assert list(registry.load_adapters()) == ["email", "chat", "kakao", "kakao_consult", "talktalk", "sms", "api"]
