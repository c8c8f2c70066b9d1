"""The page about rights says what the code does."""

from damso.team.access import PERMISSIONS
from damso.team.rights_table import MEANINGS, rights_page
from tests.processes import REPOSITORY


def test_the_page_is_the_one_the_code_makes():
    assert (REPOSITORY / "docs" / "rights.md").read_text() == rights_page(), "`make generate` writes it anew"


def test_every_permission_has_a_meaning():
    assert set(MEANINGS) == PERMISSIONS
