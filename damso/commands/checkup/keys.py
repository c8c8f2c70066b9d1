"""The master keys: how old, how many, and what still needs the old ones."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

from damso.commands.checkup.findings import Finding, fine, warning
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database
from damso.kernel.i18n import Text
from damso.kernel.key_file import read_keys
from damso.kernel.rotation import SealedColumn, look_at_sealing

OLD = timedelta(days=365)

YOUNG = Text("마스터 키를 {made}에 만들었어요.", "The master key was made on {made}.")
ROTATE = Text(
    "1년이 넘었어요. `damso master-key rotate`로 새 키를 만들어 주세요. 멈추지 않아도 돼요.",
    "That is more than a year ago. Make a new one by `damso master-key rotate`; nothing has to stop.",
)
OLD_KEYS = Text(
    "키 파일에 옛 키가 {count}개 남아 있고, 저장된 비밀 {secrets}건이 그 키로 암호화돼 있어요.",
    "{count} old keys are in the key file, and {secrets} stored secrets are encrypted by them.",
)
FINISH = Text(
    "`damso master-key rotate`로 다시 암호화한 뒤 `damso master-key drop-old`로 버려 주세요.",
    "Encrypt those anew by `damso master-key rotate`, then drop the keys by `damso master-key drop-old`.",
)
DROP = Text(
    "옛 키로 서명한 것이 다 끝나면 `damso master-key drop-old`로 버려 주세요.",
    "Once nothing that they signed counts any more, drop them by `damso master-key drop-old`.",
)


async def look_at_keys(
    database: Database, keyring: Keyring, file: Path, columns: Sequence[SealedColumn]
) -> AsyncIterator[Finding]:
    """Only on a database of today's shape."""
    keys = [key for key in read_keys(file) if not key.prepared]
    async with database.reading() as tx:
        age = tx.now.date() - keys[0].made
    made = keys[0].made.isoformat()
    yield warning("key age", YOUNG, ROTATE, made=made) if age > OLD else fine("key age", YOUNG, made=made)
    if len(keys) > 1:
        secrets = sum(sum(one.older.values()) for one in await look_at_sealing(database, keyring, columns))
        yield warning("old keys", OLD_KEYS, FINISH if secrets else DROP, count=len(keys) - 1, secrets=secrets)
