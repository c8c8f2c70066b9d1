"""Whose phones there are to hold: the demo's customers. Nobody has these numbers: none are given out after 010-0000."""

from msgspec import Struct

from damso.channels.simulator import Person


class Customer(Struct, frozen=True, kw_only=True):
    """A person with a phone, and the mailbox they have in the demo."""

    person: Person
    mailbox: str


def _customer(key: str, name: str, phone: str, mailbox: str) -> Customer:
    return Customer(person=Person(id=key, name=name, phone=phone), mailbox=mailbox)


CUSTOMERS = (
    _customer("mina", "김미나", "+821000000001", "mina@naver.example"),
    _customer("jiho", "박지호", "+821000000002", "jiho@daum.example"),
    _customer("emma", "Emma Clark", "+821000000003", "emma@gmail.example"),
)


def person_of(key: str) -> Person:
    """Raises `KeyError`."""
    return next((one.person for one in CUSTOMERS if one.person.id == key), None) or _nobody(key)


def _nobody(key: str) -> Person:
    raise KeyError(key)
