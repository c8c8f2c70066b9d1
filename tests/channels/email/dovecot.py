"""A Dovecot of the test's own: one user, Maildir, loopback, everything in one folder."""

import grp
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.channels.email.certificates import make_certificate

ADDRESS = "help@shop.example"
PASSWORD = "비밀 번호-1"
HINT = "Dovecot is not installed: apt-get install dovecot-imapd"

_CONFIG = """
base_dir = {base}/run
state_dir = {base}/run
log_path = {base}/log
protocols = imap
ssl = yes
ssl_cert = <{base}/cert.pem
ssl_key = <{base}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{base}/mail
mail_uid = {uid}
mail_gid = {gid}
mailbox_idle_check_interval = 1 secs
imap_idle_notify_interval = 1 secs
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN {base}/users
}}
{oauth}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {tls_port}
    ssl = yes
  }}
}}
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox "보낸메일함" {{
    special_use = \\Sent
    auto = create
  }}
}}
"""

_OAUTH_PASSDB = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {base}/oauth2.conf.ext
}}
"""
_OAUTH = """
introspection_mode = post
introspection_url = {url}
username_attribute = username
active_attribute = active
active_value = true
"""


class Dovecot:
    """A running server. Its mail lies in `maildir`; `certificate` is the authority its TLS port answers with."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.maildir = base / "mail"
        self.port = free_port()
        self.tls_port = free_port()
        self.certificate = make_certificate(base)
        self._process: subprocess.Popen[bytes] | None = None
        self._introspection_url = ""

    def start(self, introspection_url: str = "") -> None:
        """Start, or start again, and wait until it answers."""
        self._introspection_url = introspection_url
        self._write_config(introspection_url)
        binary = find_dovecot() or ""
        self._process = subprocess.Popen([binary, "-F", "-c", str(self.base / "dovecot.conf")])
        deadline = time.monotonic() + 20
        while not _greets(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.base / "log").read_text() if (self.base / "log").exists() else "no log")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop as an outage does; the mail stays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    def empty(self) -> None:
        """Forget all mail, and run with the usual settings: for the next test."""
        if self._process is None or self._introspection_url:
            self.stop()
            self.start()
        for path in self.maildir.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def deliver(self, raw: bytes, folder: str = "") -> Path:
        """Put a mail where a mail transfer agent would, also while the server is down."""
        place = self.maildir / folder if folder else self.maildir
        for part in ("tmp", "new", "cur"):
            (place / part).mkdir(parents=True, exist_ok=True)
        name = f"{time.time_ns()}.M{os.urandom(4).hex()}.test"
        (place / "tmp" / name).write_bytes(raw)
        _own(self.maildir)
        os.rename(place / "tmp" / name, place / "new" / name)
        return place / "new" / name

    def renumber(self) -> None:
        """Give the folder another UIDVALIDITY and its mails other UIDs, as a restore from backup does."""
        self.stop()
        header = (self.maildir / "dovecot-uidlist").read_text().splitlines()[0]
        validity = int(header.split()[1].removeprefix("V"))
        for index in self.maildir.glob("dovecot*"):
            index.unlink()
        (self.maildir / "dovecot-uidlist").write_text(f"3 V{validity + 1} N1 G{os.urandom(16).hex()}\n")
        _own(self.maildir)
        self.start()

    def _write_config(self, introspection_url: str) -> None:
        root = os.geteuid() == 0
        me = os.environ.get("USER") or "root" if not root else ""
        self.maildir.mkdir(exist_ok=True)
        (self.base / "users").write_text(f"{ADDRESS}:{{PLAIN}}{PASSWORD}::::::\n")
        (self.base / "oauth2.conf.ext").write_text(_OAUTH.format(url=introspection_url))
        uid, gid = _mail_owner()
        text = _CONFIG.format(
            base=self.base,
            internal="dovecot" if root else me,
            login="dovenull" if root else me,
            group="dovecot" if root else _group_name(),
            uid=uid,
            gid=gid,
            port=self.port,
            tls_port=self.tls_port,
            oauth=_OAUTH_PASSDB.format(base=self.base) if introspection_url else "",
        )
        (self.base / "dovecot.conf").write_text(text)
        _own(self.base)


def find_dovecot() -> str | None:
    """Where Debian puts it is not on everybody's path."""
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@contextmanager
def running_dovecot(base: Path) -> Iterator[Dovecot]:
    """A started server, stopped at the end."""
    server = Dovecot(base)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _mail_owner() -> tuple[int, int]:
    """Dovecot reads no mail as root: a test run by root hands it to `nobody`."""
    return (65534, 65534) if os.geteuid() == 0 else (os.geteuid(), os.getegid())


def _group_name() -> str:
    return grp.getgrgid(os.getegid()).gr_name


def _own(folder: Path) -> None:
    if os.geteuid() == 0:
        uid, gid = _mail_owner()
        for path in (folder, *folder.rglob("*")):
            os.chown(path, uid, gid)


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as line:
            line.settimeout(1)
            return line.recv(64).startswith(b"* OK")
    except OSError:
        return False
