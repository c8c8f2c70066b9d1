"""Everything a company can set from outside: environment variables `DAMSO_*`, read once into one typed object."""

import ipaddress
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingInvalid(Exception):
    """A `DAMSO_*` variable has a value of the wrong kind; the text says which and why."""


class Settings(Struct, frozen=True, kw_only=True):
    """The settings; a field `database_url` is the variable `DAMSO_DATABASE_URL`."""

    data: Path = Path("data")
    """Folder of the embedded database, files, keys. One process tree at a time."""
    database_url: str = ""
    """A PostgreSQL 18 of one's own, `postgresql://…`. Empty: the embedded one under `data`."""
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    """The address customers and agents use, without a slash at the end. Empty: `http://{host}:{port}`."""
    secret_key_file: Path | None = None
    """File with the key that encrypts secrets. Empty: `data/secret.key`, made on the first start."""
    backup_key: str = ""
    """The recovery key that backups are sealed under. Empty: `data/backup.key`, made by the first backup."""
    egress_allow: tuple[str, ...] = ()
    """Origins on private addresses that outgoing calls may reach, e.g. `http://10.0.0.5:8080`."""
    pool_size: int = 10
    """Database connections of one process, besides one that listens."""
    log_format: str = "text"
    """`text` for people, `json` for collectors."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of our own proxies. From them, and from nobody else, `X-Forwarded-For` is believed."""
    api_calls_per_minute: int = 3000
    """How often one agent or one API key may call, in each web process. 0: no limit."""
    lake_url: str = ""
    """Where the log is kept as Parquet for analysis: a folder, `s3://bucket/folder`, or `off`. Empty: `data/lake`."""
    chat_sessions_per_minute: int = 300
    """How often the chat may be opened from one address (an IPv6 /64), in each web process. 0: no limit."""
    chat_messages_per_minute: int = 300
    """How many messages and files may come from one address to the chat, in each web process. 0: no limit."""
    import_upload_mb: int = 2048
    """The largest export that the desk takes as an upload. What is larger is put into `import_folder`."""
    import_folder: Path | None = None
    """A folder of this machine from which administrators may bring exports in at the desk. Empty: from none."""
    chat_codes_per_hour: int = 60
    """How many one-time codes may be asked for from one address, in each web process. 0: no limit."""
    simulator: str = ""
    """Where `damso simulate` listens on this machine, `http://127.0.0.1:8090`. While it is set, channels that have a
    simulator are connected to it and never to their providers."""

    @property
    def base_url(self) -> str:
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def key_file(self) -> Path:
        return self.secret_key_file or self.data / "secret.key"

    @property
    def proxy_networks(self) -> tuple[Network, ...]:
        return _networks(self.trusted_proxies)

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https://")


@cache
def _networks(written: tuple[str, ...]) -> tuple[Network, ...]:
    """Raises `ValueError`."""
    return tuple(ipaddress.ip_network(one, strict=False) for one in written)


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read `DAMSO_*`; lists are separated by commas. Raises `SettingInvalid`."""
    given: dict[str, object] = {}
    for field in msgspec.structs.fields(Settings):
        variable = f"DAMSO_{field.name.upper()}"
        if (value := environ.get(variable)) is not None:
            given[field.name] = (
                [part.strip() for part in value.split(",") if part.strip()] if field.type == tuple[str, ...] else value
            )
    if environ.get("DAMSO_TRUST_PROXY", "").lower() in ("1", "true"):
        # Went with 0.1. Passing over it in silence would take all clients for one, the proxy.
        raise SettingInvalid("DAMSO_TRUST_PROXY: use DAMSO_TRUSTED_PROXIES with the address of your proxy instead")
    try:
        settings = msgspec.convert(given, Settings, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise SettingInvalid(f"DAMSO_*: {error}") from error
    try:
        _networks(settings.trusted_proxies)
    except ValueError as error:
        raise SettingInvalid(f"DAMSO_TRUSTED_PROXIES: {error}") from error
    if settings.simulator and not is_loopback(settings.simulator):
        raise SettingInvalid("DAMSO_SIMULATOR: only an address of this machine will do, such as http://127.0.0.1:8090")
    return settings


def is_loopback(origin: str) -> bool:
    """Whether it is the origin of something on this machine that is spoken to without TLS. Names other than
    `localhost` could be anybody's."""
    try:
        url = urlsplit(origin)
        host, port = url.hostname or "", url.port
    except ValueError:
        return False
    bare = (url.scheme, url.path.strip("/"), url.query, url.fragment, url.username) == ("http", "", "", "", None)
    return bare and port is not None and (host == "localhost" or _is_loopback_address(host))


def _is_loopback_address(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _decode(wanted: type, value: object) -> object:
    if wanted is Path:
        return Path(str(value))
    raise NotImplementedError
