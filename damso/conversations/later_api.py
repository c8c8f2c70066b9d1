"""What is to happen later over HTTP: scheduled answers and reminders."""

from typing import Any
from uuid import UUID

from litestar import Controller, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from damso.channels.inboxes import Inboxes
from damso.conversations.entries import entry_of
from damso.conversations.reach import check_conversation
from damso.conversations.remind import Reminder, ReminderDraft, change_reminder, finish_reminder, remind
from damso.conversations.schedule import (
    NewScheduledAnswer,
    ScheduledAnswer,
    ScheduledChange,
    cancel_scheduled,
    check_scheduled,
    reschedule,
    restore_scheduled,
    schedule,
    send_scheduled,
)
from damso.conversations.subjects import customer_of_message
from damso.conversations.types import Entry
from damso.kernel.database import Database
from damso.kernel.i18n import Locale
from damso.team.access import Caller, needs
from damso.team.records.witness import Witness


class LaterController(Controller):
    path = "/api/conversations/{conversation_id:uuid}"
    tags = ("Later",)
    guards = (needs("conversations.write"),)

    @post("/scheduled")
    async def schedule_answer(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        inboxes: NamedDependency[Inboxes],
        conversation_id: FromPath[UUID],
        data: JSONBody[NewScheduledAnswer],
    ) -> ScheduledAnswer:
        """Answer the customer at a time to come."""
        async with database.transaction() as tx:
            await check_conversation(tx, caller, conversation_id)
            return await schedule(tx, inboxes, conversation_id, caller, data)

    @post("/reminders")
    async def create_reminder(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        conversation_id: FromPath[UUID],
        data: JSONBody[ReminderDraft],
    ) -> Reminder:
        """Be reminded of a case, at a time or if the customer has not answered by then."""
        async with database.transaction() as tx:
            await check_conversation(tx, caller, conversation_id)
            return await remind(tx, conversation_id, caller.agent, data)


class ScheduledController(Controller):
    path = "/api/scheduled/{scheduled_id:uuid}"
    tags = ("Later",)
    guards = (needs("conversations.write"),)

    @patch()
    async def update_scheduled(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        scheduled_id: FromPath[UUID],
        data: JSONBody[ScheduledChange],
    ) -> ScheduledAnswer:
        """Change its text or time, or let it go although the customer wrote first."""
        async with database.transaction() as tx:
            await check_scheduled(tx, caller, scheduled_id)
            return await reschedule(tx, scheduled_id, data)

    @post("/cancel", status_code=200)
    async def cancel_scheduled_answer(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller], scheduled_id: FromPath[UUID]
    ) -> ScheduledAnswer:
        """Never send it."""
        async with database.transaction() as tx:
            await check_scheduled(tx, caller, scheduled_id)
            return await cancel_scheduled(tx, scheduled_id)

    @post("/restore", status_code=200)
    async def restore_scheduled_answer(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller], scheduled_id: FromPath[UUID]
    ) -> ScheduledAnswer:
        """Undo cancelling, before its time."""
        async with database.transaction() as tx:
            await check_scheduled(tx, caller, scheduled_id)
            return await restore_scheduled(tx, scheduled_id)

    @post("/send", status_code=200)
    async def send_scheduled_answer(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        witness: NamedDependency[Witness],
        inboxes: NamedDependency[Inboxes],
        locale: NamedDependency[Locale],
        scheduled_id: FromPath[UUID],
    ) -> Entry:
        """Send it now."""
        async with database.transaction() as tx:
            await check_scheduled(tx, caller, scheduled_id)
            message_id = await send_scheduled(tx, inboxes, scheduled_id, caller)
            witness.changed(await customer_of_message(tx, message_id))
            return await entry_of(tx, message_id, locale)


class Ticked(Struct, frozen=True, forbid_unknown_fields=True):
    done: bool


class ReminderController(Controller):
    path = "/api/reminders/{reminder_id:uuid}"
    tags = ("Later",)
    guards = (needs("conversations.write"),)

    @put()
    async def update_reminder(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        reminder_id: FromPath[UUID],
        data: JSONBody[ReminderDraft],
    ) -> Reminder:
        """Another time, another text."""
        async with database.transaction() as tx:
            return await change_reminder(tx, caller.agent, reminder_id, data)

    @patch()
    async def tick_reminder(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        reminder_id: FromPath[UUID],
        data: JSONBody[Ticked],
    ) -> Reminder:
        """Tick it off, or take that back."""
        async with database.transaction() as tx:
            return await finish_reminder(tx, caller.agent, reminder_id, done=data.done)


CONTROLLERS: tuple[Any, ...] = (LaterController, ScheduledController, ReminderController)
