"""`damso openapi`: the description that the web apps' client is generated from."""

import asyncio
import json

from damso.bootstrap import unopened_parts
from damso.commands.console import word
from damso.commands.options import new_app
from damso.kernel.settings import Settings
from damso.web import create_app

app = new_app()


@app.command(
    help=word(
        "API를 OpenAPI 문서(JSON)로 출력해요. 데이터베이스 없이도 돼요.\n\n예: damso openapi > openapi.json",
        "Print the API as an OpenAPI document (JSON). Needs no database.\n\nExample: damso openapi > openapi.json",
    )
)
def openapi() -> None:
    print(asyncio.run(_describe()))


async def _describe() -> str:
    """Sorted, so that the same code always gives the same text. Settings from outside are left alone for that too."""
    async with unopened_parts(Settings()) as parts:
        document = create_app(parts).openapi_schema.to_schema()
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True)
