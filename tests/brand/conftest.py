"""Brands are administered by the people of the team room's tests."""

from tests.team.conftest import agent, owner, site

__all__ = ["agent", "owner", "site"]
