"""How both protocols check the server's certificate."""

import ssl

from damso.channels.adapters.email.config import EmailConfig


def tls_context(config: EmailConfig) -> ssl.SSLContext:
    """Verifies name and chain; a company's own authority is trusted beside the usual ones for this mailbox only.

    Raises `ssl.SSLError` where the configured authority is no certificate.
    """
    context = ssl.create_default_context()
    if config.ca_certificate.strip():
        context.load_verify_locations(cadata=config.ca_certificate)
    return context
