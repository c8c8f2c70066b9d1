"""Erasing a customer: preview, request, the work itself, the certificate."""
