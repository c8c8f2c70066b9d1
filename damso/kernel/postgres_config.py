"""How the embedded PostgreSQL is set: private, durable, and small enough to idle beside everything else."""

from collections.abc import Mapping
from types import MappingProxyType

_ALWAYS = {
    # Nobody but our own user and root can reach it: no TCP, a socket in a folder with mode 0700.
    "listen_addresses": "",
    "unix_socket_directories": ".",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "superuser_reserved_connections": "3",
    # Memory. Pages of shared_buffers count only once they are used.
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "huge_pages": "off",
    "io_method": "worker",
    "io_workers": "2",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    "autovacuum_max_workers": "2",
    # The log. Nobody replicates from an embedded server: pg_dump makes the backups.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "min_wal_size": "80MB",
    "checkpoint_completion_target": "0.9",
    # Planner: solid-state disks; short queries only.
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # One file for each day of the week, overwritten a week later.
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_file_mode": "0600",
    "log_checkpoints": "off",
    # A constraint's DETAIL quotes the row and a statement may quote a customer: neither belongs in a log file.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_statement": "none",
}

_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_FOR_TESTS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


_SINCE = {"io_method": 18, "io_workers": 18}
"""Settings that older servers, started for an upgrade, refuse to know."""


def settings(*, durable: bool, major: int) -> Mapping[str, str]:
    """Every setting that differs from PostgreSQL's own, or that we rely on. `durable=False` is for tests: a power cut
    may then destroy the database."""
    known = {name: value for name, value in _ALWAYS.items() if _SINCE.get(name, 0) <= major}
    return MappingProxyType(known | (_DURABLE if durable else _FOR_TESTS))


def configuration_file(*, durable: bool, major: int) -> str:
    """The text of `postgresql.conf`, written anew at every start. `ALTER SYSTEM` overrules it."""
    lines = (f"{name} = '{value}'" for name, value in settings(durable=durable, major=major).items())
    return "# Written by Damso at every start. To tune: ALTER SYSTEM SET …\n" + "\n".join(lines) + "\n"
