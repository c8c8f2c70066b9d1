"""Views over HTTP: the lists one returns to, kept for oneself, for a team, for everybody."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from damso.conversations.views import (
    View,
    ViewChange,
    ViewDraft,
    change_view,
    delete_view,
    order_views,
    save_view,
    views_of,
)
from damso.kernel.database import Database
from damso.team.access import Caller, needs


class ViewOrder(Struct, frozen=True, forbid_unknown_fields=True):
    view_ids: Annotated[list[UUID], Meta(max_length=500)]


class ViewController(Controller):
    path = "/api/views"
    tags = ("Conversations",)
    guards = (needs("conversations.read"),)

    @get()
    async def list_views(self, database: NamedDependency[Database], caller: NamedDependency[Caller]) -> list[View]:
        """All lists of the agent with their live counts."""
        async with database.reading() as tx:
            return await views_of(tx, caller)

    @post()
    async def create_view(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller], data: JSONBody[ViewDraft]
    ) -> View:
        """Keep a filter as a view."""
        async with database.transaction() as tx:
            return await save_view(tx, caller, data)

    @put("/order", status_code=204)
    async def put_view_order(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller], data: JSONBody[ViewOrder]
    ) -> None:
        """Put saved views into an order of one's own."""
        async with database.transaction() as tx:
            await order_views(tx, caller, data.view_ids)

    @patch("/{view_id:uuid}")
    async def update_view(
        self,
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
        view_id: FromPath[UUID],
        data: JSONBody[ViewChange],
    ) -> View:
        """Change a view: one's own; of others, for those who keep the team."""
        async with database.transaction() as tx:
            return await change_view(tx, caller, view_id, data)

    @delete("/{view_id:uuid}")
    async def remove_view(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller], view_id: FromPath[UUID]
    ) -> None:
        """Delete a view, likewise."""
        async with database.transaction() as tx:
            await delete_view(tx, caller, view_id)
