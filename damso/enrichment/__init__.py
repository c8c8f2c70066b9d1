"""Enrichment: what more can be told of a customer from what we know, by ourselves or by asking a service."""
