"""What the e-mail tests share: a real Dovecot, a configuration, a message."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from damso.channels.adapters.email.config import EmailConfig
from tests.channels.email.dovecot import HINT, Dovecot, find_dovecot, running_dovecot
from tests.conftest import STRICT

NOW = datetime(2026, 11, 21, 6, 20, tzinfo=UTC)


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[Dovecot]:
    """The one Dovecot of a test run. Where it is not installed the test says so, and fails in a strict run."""
    if find_dovecot() is None:
        (pytest.fail if STRICT else pytest.skip)(HINT)
    # Not pytest's tmp_path: Dovecot's unprivileged processes could not walk into it.
    with TemporaryDirectory(prefix="damso-dovecot-") as folder:
        base = Path(folder)
        base.chmod(0o755)
        with running_dovecot(base) as server:
            yield server


@pytest.fixture
def dovecot(dovecot_server: Dovecot) -> Dovecot:
    """A running Dovecot with an empty mailbox."""
    dovecot_server.empty()
    return dovecot_server


@pytest.fixture
def offline() -> EmailConfig:
    """A mailbox whose servers are never asked."""
    return EmailConfig(
        address="help@shop.example", name="담소상점", imap_host="127.0.0.1", smtp_host="127.0.0.1", timeout=1
    )
