"""Documents use the words of the code: tables, frames, error codes, scopes, decisions."""

import ast
import importlib
import re
from pathlib import Path

import damso
from damso.kernel.errors import AppError
from damso.kernel.schema import Table
from damso.team.access import PERMISSIONS
from tests.processes import REPOSITORY

DOCS = REPOSITORY / "docs"
API = (DOCS / "api.md").read_text()
_CODE = re.compile(r"`([A-Z][A-Z_]+)`")


def _import_everything() -> None:
    for file in Path(damso.__path__[0]).rglob("*.py"):
        if file.name not in ("__main__.py", "parse_child.py"):
            name = file.relative_to(REPOSITORY).with_suffix("").as_posix().replace("/", ".")
            importlib.import_module(name.removesuffix(".__init__"))


def _errors(kind: type[AppError] = AppError) -> dict[str, int]:
    found = {one.code: one.status for one in kind.__subclasses__() if hasattr(one, "code")}
    for one in kind.__subclasses__():
        found |= _errors(one)
    return found


def _section(heading: str) -> str:
    return API.split(heading, 1)[1].split("\n## ", 1)[0].split("\n### ", 1)[0]


def _frames_told(heading: str) -> set[str]:
    rows = re.findall(r"^\| (`[^|]+) \|", _section(heading), re.MULTILINE)
    return set(re.findall(r"`(\w+)`", " ".join(rows)))


def _frames_sent(*files: str) -> set[str]:
    code = "".join((REPOSITORY / "damso" / file).read_text() for file in files)
    bare = re.findall(r"encode\(\"(\w+)\"\)", code)
    return {*re.findall(r"(?:encode\(\s*|\()\"(\w+)\", (?=\{|\w+=|\*\*)", code), *bare, "reset", "ping"}


def test_the_glossary_has_every_table():
    _import_everything()
    glossary = set(re.findall(r"`(\w+)`", (DOCS / "glossary.md").read_text()))
    assert not set(Table.metadata.tables) - glossary


def test_error_codes_have_the_status_that_is_told():
    _import_everything()
    errors = _errors()
    for names, statuses in re.findall(r"^\| (`[A-Z][^|]+) \| ([\d, ]+) \|", _section("## Errors"), re.MULTILINE):
        codes, told = _CODE.findall(names), [int(status) for status in statuses.split(", ")]
        assert [errors[code] for code in codes] == (told if len(told) == len(codes) else told * len(codes))


def test_scopes_are_those_there_are():
    told = set(re.findall(r"`([a-z]+\.[a-z]+)`", _section("## Who is asking")))
    assert told == PERMISSIONS


def test_frames_of_the_desk_are_those_it_gets():
    sent = _frames_sent("conversations/live.py", "conversations/news.py")
    assert _frames_told("### The desk: `WS /api/live`") == sent


def test_frames_of_the_chat_are_those_it_gets():
    assert _frames_told("### The chat: `WS /widget/v1/live`") == _frames_sent("conversations/widget/live.py")


def test_decisions_are_all_in_the_index_and_have_their_five_parts():
    index = (DOCS / "adr" / "README.md").read_text()
    for page in (DOCS / "adr").glob("[0-9]*.md"):
        parts = re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences", "Rejected", "What enforces it"], page.name
        assert f"({page.name})" in index


RECORD_TEXT = (REPOSITORY / "web/desk/src/features/records/recordText.ts").read_text()


def _audited() -> set[str]:
    """The acts that the code writes to the audit log."""
    calls = (
        node
        for file in Path(damso.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record"
    )
    return {str(one.args[2].value) for one in calls if isinstance(one.args[2], ast.Constant)}


def test_the_desk_has_words_for_every_act_of_the_audit_log():
    assert _audited() - set(re.findall(r'"([a-z_]+\.[a-z_]+)": "audit\.', RECORD_TEXT)) == set()
