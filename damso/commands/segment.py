"""`damso segment`: segments held against the lake, and put right."""

from typing import Annotated

import typer

from damso.commands.console import print_json, result, tell, word
from damso.commands.options import AS_JSON, new_app
from damso.commands.running import prepared, run
from damso.kernel.i18n import Text

app = new_app()

SAME = Text(
    "‘{name}’: 실시간 {live}명, 일괄 계산 {bulk}명, 모두 같아요.",
    "“{name}”: {live} live, {bulk} in bulk, all the same.",
)
OTHERWISE = Text(
    "‘{name}’: 실시간 {live}명, 일괄 계산 {bulk}명, {count}명이 달라요.",
    "“{name}”: {live} live, {bulk} in bulk, {count} differ.",
)
LIVE_ONLY = Text("  {customer}: 실시간에만 있어요.", "  {customer}: live only")
BULK_ONLY = Text("  {customer}: 일괄 계산에만 있어요.", "  {customer}: in bulk only")
REBUILT = Text(
    "‘{name}’: 지금 {members}명. 바로잡은 조건 결과 {mended}건.",
    "“{name}”: {members} now; {mended} answers put right.",
)
WHICH = Text("세그먼트 이름을 적거나 --all을 쓰세요.", "Name a segment, or use --all.")

NAME = Annotated[str, typer.Argument(metavar="NAME", help=word("세그먼트 이름이나 id.", "Name or id of the segment."))]
ANY_NAME = Annotated[
    str, typer.Argument(metavar="[NAME]", help=word("세그먼트 이름이나 id.", "Name or id of the segment."))
]
ALL = Annotated[bool, typer.Option("--all", help=word("모든 세그먼트.", "Every segment."))]


@app.callback(help=word("세그먼트를 레이크와 견주고 바로잡아요.", "Segments, held against the lake and put right."))
def segment() -> None:
    """A group."""


@app.command(
    help=word(
        "레이크의 Parquet으로 세그먼트를 다시 계산해서 어긋난 것을 바로잡아요. 그동안에도 실시간으로 움직여요.\n\n"
        "예: damso segment rebuild VIP",
        "Work a segment out anew from the lake's Parquet and put right what differs. It stays live meanwhile.\n\n"
        "Example: damso segment rebuild VIP",
    )
)
def rebuild(name: ANY_NAME = "", every: ALL = False) -> None:
    # DuckDB takes a second to load: only who works something out waits for it.
    from damso.commands.segment_work import rebuild_segments

    if bool(name) == every:
        tell(WHICH)
        raise typer.Exit(2)
    for one, rebuilt in run(rebuild_segments(prepared(), None if every else name)):
        result(REBUILT, name=one, members=f"{rebuilt.members:,}", mended=f"{rebuilt.mended:,}")


@app.command(
    help=word(
        "세그먼트에 실시간으로 들어 있는 고객과 레이크에서 일괄 계산한 고객을 견줘요. 다르면 1로 끝나요.\n\n"
        "예: damso segment compare VIP",
        "Compare who is in a segment live with who is by the lake, in bulk. Ends with 1 where they differ.\n\n"
        "Example: damso segment compare VIP",
    )
)
def compare(name: NAME, as_json: AS_JSON = False) -> None:
    from damso.commands.segment_work import compare_segment

    found = run(compare_segment(prepared(), name))
    if as_json:
        print_json(found)
    else:
        result(
            OTHERWISE if found.differences else SAME,
            name=name,
            live=f"{found.live:,}",
            bulk=f"{found.bulk:,}",
            count=f"{len(found.differences):,}",
        )
        for one in found.differences:
            result(LIVE_ONLY if one.live else BULK_ONLY, customer=one.customer_id)
    if found.differences:
        raise typer.Exit(1)
