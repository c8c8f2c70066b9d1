"""Says the help of every command as one JSON object: {"serve": "Usage: …", "key create": "Usage: …"}."""

import contextlib
import io
import json

from damso.cli import COMMANDS, app


def help_of(words: list[str]) -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        app([*words, "--help"], prog_name="damso")
    return said.getvalue().strip()


def pages() -> dict[str, str]:
    """Groups come before what is in them."""
    found = {"": help_of([])}
    for command in COMMANDS:
        found[command] = help_of([command])
        _, _, parts = found[command].partition("\nCommands:\n")
        for line in parts.splitlines():
            name = line[2:].partition(" ")[0]
            if name:
                found[f"{command} {name}"] = help_of([command, name])
    return found


if __name__ == "__main__":
    print(json.dumps(pages()))
