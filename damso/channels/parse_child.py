"""Parsing in a process of its own: `python -m damso.channels.parse_child`, started by `damso.channels.parser`.

What strangers send is read here, with little memory, little time and no secrets but those of the inbox at hand: a
crash or a bomb in it costs one child and parks one delivery. Frames on standard input and output are a length
(4 bytes, big-endian) and msgpack.
"""

import importlib
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct

from damso.channels.cleaning import clean
from damso.channels.failures import Unparsable
from damso.channels.items import Item
from damso.channels.types import Adapter, Request

MEMORY = 1024 * 1024 * 1024
"""Bytes a job may take beyond what the process has when it begins."""
WORN = 256 * 1024 * 1024
"""Bytes the process may have grown by before it leaves and a fresh one takes over."""
MAX_ITEMS = 1_000
"""Items of one delivery. Providers batch 100 at most."""


class Job(Struct, frozen=True, kw_only=True):
    """What to parse. `adapter` is `module:Class`; `seconds` is when the child ends itself if its parent is gone."""

    adapter: str
    config: dict[str, Any]
    request: Request
    seconds: float


class Parsed(Struct, frozen=True, kw_only=True, tag="parsed"):
    """What was found. `leaving` says that the process ends and takes no more jobs."""

    items: tuple[Item, ...]
    leaving: bool = False


class Failed(Struct, frozen=True, kw_only=True, tag="failed"):
    """Why nothing could be found: a code and a text for administrators."""

    code: str
    detail: str = ""


Answer = Parsed | Failed
decode_answer: Callable[[bytes], Answer] = msgspec.msgpack.Decoder(Answer).decode


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame, or None where there are no more."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack(">I", head)
    body = stream.read(length)
    return body if len(body) == length else None


def write_frame(stream: BinaryIO, body: bytes) -> None:
    stream.write(struct.pack(">I", len(body)))
    stream.write(body)
    stream.flush()


def main() -> None:
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What a library prints, or asks of a terminal, must not get between the frames.
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    adapters: dict[str, Adapter] = {}
    start = 0
    while (frame := read_frame(jobs)) is not None:
        job = msgspec.msgpack.decode(frame, type=Job)
        adapter = adapters.get(job.adapter) or _load(job.adapter)
        adapters[job.adapter] = adapter
        start = start or _size()
        answer = _work(adapter, job)
        leaving = _size() > start + WORN
        if isinstance(answer, Parsed):
            answer = msgspec.structs.replace(answer, leaving=leaving)
        write_frame(answers, msgspec.msgpack.encode(answer))
        if leaving or isinstance(answer, Failed):
            return


def _load(name: str) -> Adapter:
    module, _, kind = name.partition(":")
    adapter: Adapter = getattr(importlib.import_module(module), kind)()
    return adapter


def _work(adapter: Adapter, job: Job) -> Answer:
    # SIGALRM is left at its default action, so it ends the process even inside a C function.
    signal.setitimer(signal.ITIMER_REAL, job.seconds)
    _limit_memory(_size() + MEMORY)
    try:
        config = msgspec.convert(job.config, adapter.config)
        items = tuple(clean(item) for item in adapter.parse(job.request, config))
        if len(items) > MAX_ITEMS:
            return Failed(code="TOO_MUCH", detail=f"{len(items)} items")
        return Parsed(items=items)
    except Unparsable as error:
        return Failed(code="UNPARSABLE", detail=str(error))
    except MemoryError:
        return Failed(code="MEMORY")
    except Exception as error:
        return Failed(code="FAULT", detail=type(error).__name__)
    finally:
        _limit_memory(resource.RLIM_INFINITY)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _size() -> int:
    """Bytes of address space in use; 0 where the system does not tell, which leaves memory to its own limits."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _limit_memory(limit: int) -> None:
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))


if __name__ == "__main__":
    main()
