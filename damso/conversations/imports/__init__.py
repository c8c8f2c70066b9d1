"""Bringing an export of another help desk in: planned, written in chunks, gone on with after a stop."""
