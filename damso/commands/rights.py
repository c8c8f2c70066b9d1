"""`damso rights`: the table of roles and permissions that docs/rights.md is."""

from damso.commands.console import word
from damso.commands.options import new_app
from damso.team.rights_table import rights_page

app = new_app()


@app.command(
    help=word(
        "역할마다 무엇을 할 수 있는지 표(Markdown)로 출력해요. "
        "데이터베이스 없이도 돼요.\n\n예: damso rights > docs/rights.md",
        "Print what each role may do, as a table (Markdown). "
        "Needs no database.\n\nExample: damso rights > docs/rights.md",
    )
)
def rights() -> None:
    print(rights_page(), end="")
