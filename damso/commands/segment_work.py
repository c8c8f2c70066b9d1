"""What `damso segment` does with the lake."""

from damso.bootstrap import Parts, dimensions_of
from damso.commands.connecting import any_parts
from damso.commands.operator import say_shown
from damso.kernel.settings import Settings
from damso.lake.fresh import fresh_lake
from damso.lake.open import store_of
from damso.segments.mend import Compared, OpenLake, Rebuilt, compare, rebuild, segment_named


async def rebuild_segments(settings: Settings, name: str | None) -> list[tuple[str, Rebuilt]]:
    """One segment, or every one where no name is given, by name."""
    async with any_parts(settings) as parts:
        async with parts.database.reading() as tx:
            only = await segment_named(tx, name) if name is not None else None
            wanted = await tx.rows(
                "SELECT id, name FROM segment WHERE $1::uuid IS NULL OR id = $1 ORDER BY lower(name), id", only
            )
        return [(row["name"], await rebuild(parts.database, _lake_of(parts), row["id"])) for row in wanted]


async def compare_segment(settings: Settings, name: str) -> Compared:
    """Whoever differs is named, and so stands in the access log."""
    async with any_parts(settings) as parts:
        async with parts.database.reading() as tx:
            segment_id = await segment_named(tx, name)
        found = await compare(parts.database, _lake_of(parts), segment_id)
        if found.differences:
            people = [one.customer_id for one in found.differences]
            await say_shown(parts.database, "listed", "damso segment compare", people)
        return found


def _lake_of(parts: Parts) -> OpenLake:
    return fresh_lake(parts.database, store_of(parts.settings), dimensions_of())
