"""Damso (담소): one customer, one conversation, one timeline, over every channel."""
