"""Exports of other help desks, brought in. The companies and people in `exports/` are made up."""
