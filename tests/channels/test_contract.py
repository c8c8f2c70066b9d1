"""The one contract test: every channel in the registry keeps every promise."""

from inspect import getfile
from pathlib import Path

import pytest

from damso.channels import contract
from damso.channels.contract import Material
from damso.channels.intake import SignatureRefused, accept
from damso.channels.parser import Parsers
from damso.channels.registry import load_adapters
from tests.channels.materials import MATERIALS

CHANNELS = sorted(load_adapters())
DOCS = Path(__file__).parents[2] / "docs" / "channels"


@pytest.fixture(params=CHANNELS)
def material(request: pytest.FixtureRequest) -> Material:
    return MATERIALS[request.param]()


def test_it_declares_what_it_can_do(material: Material) -> None:
    contract.check_declaration(material.adapter)


def test_its_form_is_in_both_languages(material: Material) -> None:
    contract.check_form(material.adapter)


def test_its_quality_page_is_complete(material: Material) -> None:
    contract.check_quality(Path(getfile(type(material.adapter))).with_name("QUALITY.md"))


def test_only_its_provider_gets_in(material: Material) -> None:
    contract.check_refusals(material)


def test_what_was_recorded_is_understood(material: Material) -> None:
    contract.check_recorded(material)


def test_batched_cut_and_shuffled_deliveries_say_the_same(material: Material) -> None:
    contract.check_regrouping(material)


def test_its_configuration_shows_no_secrets(material: Material) -> None:
    contract.check_secrets(material)


async def test_the_parsing_process_finds_the_same(material: Material, parsers: Parsers) -> None:
    for request in list(material.recorded.values())[:20]:
        apart = await parsers.parse(material.adapter, request, material.config)

        assert contract.supported(apart) == contract.items_of(material, request)


def is_proven(material: Material) -> bool:
    return bool(material.proof) or material.by_address


@pytest.mark.parametrize("channel", [name for name in CHANNELS if is_proven(MATERIALS[name]())])
async def test_forgeries_leave_no_trace(channel, database, blobs, connect, capsys) -> None:
    material = MATERIALS[channel]()
    inbox = await connect(channel, dict(zip(material.config.__struct_fields__, _values(material), strict=True)))

    for request in material.recorded.values():
        for _, forged in contract.forgeries(request, material):
            with pytest.raises(SignatureRefused):
                await accept(database, blobs, inbox, forged)

    async with database.reading() as tx:
        assert await tx.value("SELECT count(*) FROM delivery") == 0
    assert list(blobs.refs()) == []
    said = capsys.readouterr()
    assert not [secret for secret in contract.secrets_of(material.config) if secret in said.out + said.err]


def _values(material: Material) -> list[object]:
    return [getattr(material.config, name) for name in material.config.__struct_fields__]
