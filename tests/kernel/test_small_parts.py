"""Secrets, files, addresses, settings, languages, pages."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damso.kernel.blobs import BlobMissing, DiskBlobs
from damso.kernel.crypto import Keyring, SecretUnreadable
from damso.kernel.downloads import download_response
from damso.kernel.errors import Invalid
from damso.kernel.http import EgressRefused, open_http
from damso.kernel.i18n import negotiate
from damso.kernel.ids import new_id
from damso.kernel.key_file import open_keyring
from damso.kernel.pagination import decode_cursor, encode_cursor
from damso.kernel.settings import SettingInvalid, load_settings

NOW = datetime(2026, 11, 21, 6, 20, tzinfo=UTC)


def test_a_secret_comes_back_and_does_not_show(keyring: Keyring):
    stored = keyring.encrypt("비밀번호 1234")
    assert "1234" not in stored
    assert keyring.decrypt(stored) == "비밀번호 1234"


def test_another_key_does_not_open_it(keyring: Keyring):
    with pytest.raises(SecretUnreadable):
        Keyring(b"another master key of 32 bytes!!").decrypt(keyring.encrypt("secret"))


def test_a_token_is_good_for_its_purpose_and_time_only(keyring: Keyring):
    token = keyring.sign("visitor", {"v": "1"}, NOW + timedelta(hours=1))
    assert keyring.verify("visitor", token, NOW) is not None
    assert keyring.verify("file", token, NOW) is None
    assert keyring.verify("visitor", token, NOW + timedelta(hours=2)) is None


@given(st.text(max_size=80))
def test_a_made_up_token_is_refused(token: str):
    assert Keyring(b"a master key for tests, 32 bytes").verify("visitor", token, NOW) is None


def test_a_changed_token_is_refused(keyring: Keyring):
    body, signature = keyring.sign("visitor", {"v": "1"}).split(".")
    assert keyring.verify("visitor", f"{body[:-2]}xx.{signature}", NOW) is None


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path):
    path = tmp_path / "keys" / "secret.key"
    stored = open_keyring(path).encrypt("x")
    assert path.stat().st_mode & 0o777 == 0o600
    assert open_keyring(path).decrypt(stored) == "x"


async def test_the_same_file_twice_is_one(blobs: DiskBlobs):
    assert await blobs.put(b"picture") == await blobs.put(b"picture")
    assert len(list(blobs.refs())) == 1
    assert await blobs.get(await blobs.put(b"picture")) == b"picture"


async def test_a_file_that_is_not_there_is_a_fact(blobs: DiskBlobs):
    with pytest.raises(BlobMissing):
        await blobs.get("0" * 64)


def test_a_download_cannot_run_in_our_origin():
    response = download_response(b"<script>", '"; x.html', "text/html")
    assert response.media_type == "application/octet-stream"
    assert response.headers["content-disposition"].startswith("attachment;")
    assert '"' not in response.headers["content-disposition"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "http://localhost:9", "http://10.0.0.1", "http://[::1]:9"])
async def test_outgoing_calls_do_not_reach_private_addresses(address: str):
    async with open_http(()) as http:
        with pytest.raises(EgressRefused):
            await http.get(address)


def test_ids_sort_by_the_time_they_were_made():
    made = [new_id() for _ in range(50)]
    assert made == sorted(made)


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_page_cursor_survives_the_way_to_a_client(at: datetime, key: UUID):
    assert decode_cursor(encode_cursor(at, key), datetime, UUID) == [at, key]


@pytest.mark.parametrize("cursor", ["", "x", "W10", encode_cursor("no time", UUID(int=7))])
def test_a_made_up_page_cursor_is_refused(cursor: str):
    with pytest.raises(Invalid):
        decode_cursor(cursor, datetime, UUID)


def test_settings_come_from_the_environment():
    settings = load_settings({"DAMSO_PORT": "9000", "DAMSO_EGRESS_ALLOW": "http://a:1, http://b:2", "DAMSO_DATA": "/x"})
    assert (settings.port, settings.egress_allow, settings.data) == (9000, ("http://a:1", "http://b:2"), Path("/x"))
    assert settings.base_url == "http://127.0.0.1:9000"


def test_a_setting_of_the_wrong_kind_is_named():
    with pytest.raises(SettingInvalid, match="port"):
        load_settings({"DAMSO_PORT": "eighty"})


@pytest.mark.parametrize(
    ("header", "locale"),
    [(None, "ko"), ("en-US,en;q=0.9", "en"), ("fr,en;q=0.5,ko;q=0.8", "ko"), ("de", "ko"), ("en;q=x, ko", "ko")],
)
def test_the_reader_is_spoken_to_in_their_language(header: str | None, locale: str):
    assert negotiate(header) == locale
