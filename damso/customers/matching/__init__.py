"""Proposing possible duplicates in bulk: how like customers are, as a probability with its reasons."""
