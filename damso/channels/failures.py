"""What can go wrong between a provider and us, as facts that an adapter reports."""


class ChannelError(Exception):
    """Base of the facts an adapter reports; the text is for administrators and holds no personal data.

    `status_code` is the HTTP status the provider answered with, where it speaks HTTP.
    """

    status_code: int | None = None


class SignatureInvalid(ChannelError):
    """The request is not from the provider, or its secret is not set."""


class CredentialsRejected(ChannelError):
    """The provider no longer accepts our password, token or key."""


class RecipientUnreachable(ChannelError):
    """The provider says that this address takes no messages."""


class WindowClosed(ChannelError):
    """The channel does not allow an answer any more."""


class ContentRejected(ChannelError):
    """The provider refuses what the message says or carries."""


class Unparsable(ChannelError):
    """What arrived cannot be understood; it is parked for a person."""


class TryLater(ChannelError):
    """A fault that passes; certain that nothing was delivered. `after` is in seconds."""

    def __init__(self, why: str, after: float = 0) -> None:
        super().__init__(why)
        self.after = after


class RecipientBusy(TryLater):
    """This address takes nothing for a while (a full mailbox, a server that lets strangers wait); for others everything
    works."""


class OutcomeUnknown(ChannelError):
    """The message may or may not have been delivered (the line dropped after it was handed over)."""
