"""Organisations that customers belong to."""
