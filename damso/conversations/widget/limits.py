"""How much one network may ask of the site chat. Generous, for a mobile carrier puts thousands behind one address."""

from typing import Any

from litestar.connection import ASGIConnection

from damso.kernel.pace import Pace
from damso.kernel.settings import Settings
from damso.team.addresses import address_of, network_of

AnyConnection = ASGIConnection[Any, Any, Any, Any]


class ChatLimits:
    """The paces of this process. Each raises `TooManyTries`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sessions = Pace(settings.chat_sessions_per_minute, 60)
        self._messages = Pace(settings.chat_messages_per_minute, 60)
        self._codes = Pace(settings.chat_codes_per_hour, 3600)

    def session(self, connection: AnyConnection) -> None:
        """The chat is opened."""
        self._sessions.take(self._network(connection))

    def message(self, connection: AnyConnection) -> None:
        """A message, a file or a claim is sent."""
        self._messages.take(self._network(connection))

    def code(self, connection: AnyConnection) -> None:
        """A one-time code is asked for."""
        self._codes.take(self._network(connection))

    def _network(self, connection: AnyConnection) -> str:
        return network_of(address_of(connection, self._settings))
