"""Who runs a command: a user of the machine, for the records."""

import os
from getpass import getuser

from damso.kernel.log import Actor


def operator() -> Actor:
    """The system, by the name of its user; by their number where a container has no names."""
    try:
        name = getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    return Actor("system", name)
