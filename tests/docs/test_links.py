"""Links within the repository lead somewhere."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import name_of, pages, prose
from tests.processes import REPOSITORY

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|<(?:img|source|a)\s[^>]*?(?:src|srcset|href)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Of every heading, the name that links use."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(prose(page))}


def targets(page: Path) -> list[str]:
    found = [one or other for one, other in _LINK.findall(prose(page))]
    return [target for target in found if not re.match(r"[a-z]+:", target)]


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_links_lead_somewhere(page: Path):
    broken = []
    for target in targets(page):
        path, _, anchor = target.partition("#")
        aim = (page.parent / path).resolve() if path else page
        if not aim.is_relative_to(REPOSITORY) or not aim.exists() or (anchor and anchor not in anchors(aim)):
            broken.append(target)
    assert not broken


def test_every_page_is_reached_from_the_readme():
    seen, ahead = set[Path](), [REPOSITORY / "README.md", REPOSITORY / "README.ko.md"]
    while ahead:
        page = ahead.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        ahead += [(page.parent / target.partition("#")[0]).resolve() for target in targets(page)]
    apart = {name_of(page) for page in pages() if page not in seen}
    assert not apart
