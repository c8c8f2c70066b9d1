"""Damso (담소): one customer, one conversation, one timeline, over every channel."""

__version__ = "0.1.0"
