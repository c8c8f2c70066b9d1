"""Bringing an export in from the command line: looked at, begun or gone on with, and told of."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from damso.bootstrap import Parts
from damso.channels.imports.files import Export
from damso.channels.imports.types import Vendor
from damso.commands.connecting import any_parts
from damso.commands.progress_line import ProgressLine
from damso.conversations.imports.begin import begin_import, inboxes_for
from damso.conversations.imports.chunk import Problem, Source
from damso.conversations.imports.run import carry_out, desk_of, dry_run
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings

LOOKING = Text("내보낸 데이터를 살펴보고 있어요: {done}건", "Looking at the export: {done}")
BRINGING = Text("가져오고 있어요: {done}건", "Bringing it in: {done}")


class Report(Struct, frozen=True, kw_only=True):
    """What became of an import, or what would. `counts` are by kind and state."""

    dry: bool
    state: str
    counts: dict[str, dict[str, int]]
    problems: list[Problem]

    def by_code(self) -> dict[str, list[str]]:
        """Where each kind of problem was met, the most frequent first."""
        found: dict[str, list[str]] = {}
        for one in self.problems:
            found.setdefault(one.code, []).append(one.place)
        return dict(sorted(found.items(), key=lambda pair: -len(pair[1])))


async def import_export(
    settings: Settings, vendor: Vendor, path: Path, account: str, inboxes: Mapping[str, UUID], *, dry: bool
) -> Report:
    """Raises `ExportUnreadable`, `InboxUnknown`, `BrandUnclear`, `ImportTaken`, and as `any_parts`."""
    export = await asyncio.to_thread(Export, path)
    async with any_parts(settings) as parts:
        source = Source(vendor, account)
        if dry:
            return await _foresee(parts, source, export, inboxes)
        return await _bring(parts, source, path, export, inboxes)


async def _foresee(parts: Parts, source: Source, export: Export, inboxes: Mapping[str, UUID]) -> Report:
    async with parts.database.reading() as tx:
        desk = await desk_of(tx, parts.keyring, source, await inboxes_for(tx, source, inboxes, make=False))
    with ProgressLine() as line:
        outcome = await dry_run(
            parts.database, source.vendor, export, desk, lambda done: line.show(LOOKING, done=f"{done:,}")
        )
    return Report(dry=True, state="done", counts=outcome.counts, problems=sorted(outcome.problems))


async def _bring(parts: Parts, source: Source, path: Path, export: Export, inboxes: Mapping[str, UUID]) -> Report:
    async with parts.database.transaction() as tx:
        run_id = await begin_import(tx, source, path, export, inboxes)
    with ProgressLine() as line:
        run = await carry_out(parts.database, parts.keyring, run_id, lambda done: line.show(BRINGING, done=f"{done:,}"))
    async with parts.database.reading() as tx:
        problems = await tx.all(
            Problem,
            """SELECT place, kind, external_id, code FROM import_problem WHERE run_id = $1
            ORDER BY place, kind, external_id, code""",
            run_id,
        )
    return Report(dry=False, state=run.state, counts=run.counts, problems=problems)
