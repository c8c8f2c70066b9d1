"""Everything a company can set from outside: environment variables `DAMSO_*`, read once into one typed object."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct


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
    egress_allow: tuple[str, ...] = ()
    """Origins on private addresses that outgoing calls may reach, e.g. `http://10.0.0.5:8080`."""
    pool_size: int = 10
    """Database connections of one process, besides one that listens."""
    log_format: str = "text"
    """`text` for people, `json` for collectors."""
    trust_proxy: bool = False
    """Take the client's address from `X-Forwarded-For`; only behind a proxy that sets it."""

    @property
    def base_url(self) -> str:
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def key_file(self) -> Path:
        return self.secret_key_file or self.data / "secret.key"

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https://")


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read `DAMSO_*`; lists are separated by commas. Raises `SettingInvalid`."""
    given: dict[str, object] = {}
    for field in msgspec.structs.fields(Settings):
        variable = f"DAMSO_{field.name.upper()}"
        if (value := environ.get(variable)) is not None:
            given[field.name] = (
                [part.strip() for part in value.split(",") if part.strip()] if field.type == tuple[str, ...] else value
            )
    try:
        return msgspec.convert(given, Settings, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise SettingInvalid(f"DAMSO_*: {error}") from error


def _decode(wanted: type, value: object) -> object:
    if wanted is Path:
        return Path(str(value))
    raise NotImplementedError
