"""The lake in an object store, which here is a small one on loopback (`tests.lake.s3`)."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest

from damso.kernel.database import Database
from damso.kernel.dimensions import Dimension
from damso.lake.keep import keep
from damso.lake.object_store import ObjectStore
from damso.lake.types import GRACE
from tests.clock import ManualClock
from tests.lake.conftest import DAY, Write, in_lake, logged
from tests.lake.s3 import Bucket, serving


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with serving() as bucket:
        for name, value in bucket.environment().items():
            monkeypatch.setenv(name, value)
        yield bucket


async def test_it_holds_what_the_log_holds(
    database: Database, bucket: Bucket, dimensions: Sequence[Dimension], write: Write, clock: ManualClock
) -> None:
    store = ObjectStore("s3://bucket/lake")
    for _ in range(3):
        await write(4)
        await keep(database, store, dimensions)
    clock.advance(DAY)
    await keep(database, store, dimensions)
    clock.advance(GRACE + timedelta(seconds=1))
    await keep(database, store, dimensions)

    assert await in_lake(database, store) == await logged(database)
    assert len([path for path in store.paths() if path.startswith("events/")]) == 1


def test_an_object_that_was_not_finished_is_not_there(bucket: Bucket) -> None:
    store = ObjectStore("s3://bucket/lake")
    with pytest.raises(ValueError, match="half"), store.create("half.parquet") as file:
        file.write(b"PAR1")
        raise ValueError("half")
    assert store.read("half.parquet") is None
    assert list(store.paths()) == []
