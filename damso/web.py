"""The web application: the rooms' routes, live sockets, the built web apps, and how errors are told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.routes import HTTPRoute
from litestar.types import ControllerRouterHandler
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from damso import __version__
from damso.analytics.api import AnalyticsController
from damso.analytics.ask import Analyst
from damso.bootstrap import (
    Parts,
    contact_rules_of,
    dimensions_of,
    erasers_of,
    erasure_list_of,
    kept_records_of,
    lanes_of,
    member_codes_of,
    notice_writer_of,
    preference_links_of,
    readers_of,
)
from damso.brand import api as brand_api
from damso.brand import signature_api
from damso.brand.create_brand import FirstBrand
from damso.channels import api as channel_api
from damso.channels.hooks import HooksController
from damso.channels.reasons import REASONS
from damso.commerce import api as commerce_api
from damso.commerce.sentences import sentence
from damso.commerce.vocabulary import VOCABULARY
from damso.conversations import (
    act_api,
    checklist,
    conversation_api,
    desk_api,
    later_api,
    message_api,
    order_api,
    recent_api,
    view_api,
)
from damso.conversations.consents import desk_api as consent_desk_api
from damso.conversations.consents import page_api as preference_api
from damso.conversations.continuing.api import ContinuationController, ContinueController, continue_page
from damso.conversations.counter import api as counter_api
from damso.conversations.counter import page_api as member_api
from damso.conversations.exports import api as export_api
from damso.conversations.imports.api import ImportController
from damso.conversations.lent_files import LentFileController
from damso.conversations.live import DeskLive
from damso.conversations.masking_api import MaskingController
from damso.conversations.quality import api as quality_api
from damso.conversations.retention import api as retention_api
from damso.conversations.returns import api as return_api
from damso.conversations.returns.lines import ReturnLines
from damso.conversations.story import Cases, lines_for
from damso.conversations.tables.api import TableController
from damso.conversations.widget import api as widget_api
from damso.conversations.widget.entrance import WidgetEntranceController
from damso.conversations.widget.limits import ChatLimits
from damso.conversations.widget.live import WidgetLive
from damso.customers import api as customer_api
from damso.customers import identity_api, suggestions_api
from damso.customers.companies.api import CompanyController
from damso.customers.consent import api as consent_api
from damso.customers.erasing import api as erasing_api
from damso.customers.matching import api as match_api
from damso.customers.protection import api as protection_api
from damso.customers.subject_access import api as access_api
from damso.customers.timeline import TimelineSource
from damso.customers.timeline_sources import SOURCES
from damso.customers.tracking import api as tracking_api
from damso.customers.tracking import source_api
from damso.customers.tracking.collect import Collector
from damso.customers.tracking.known import Sources
from damso.customers.tracking.life import Life
from damso.customers.tracking.lines import TrackedLines
from damso.enrichment.api import EnrichmentController
from damso.kernel.database import Database
from damso.kernel.errors import AppError, Unauthenticated
from damso.kernel.i18n import Locale
from damso.kernel.migrations import fits
from damso.kernel.notify import LOST
from damso.kernel.realtime import Signals, Tail
from damso.lake.api import LakeController
from damso.pages import page_handlers
from damso.problems import COMPONENTS, DescribedOperation, app_error, broken, http_error, invalid, locale_of
from damso.query_strings import know_parameters, understood
from damso.response_headers import hardened
from damso.segments import api as segment_api
from damso.segments import computed_api, fitting_api
from damso.team import api as team_api
from damso.team.access import Caller
from damso.team.authenticate import Authentication, Authenticator
from damso.team.records import api as records_api
from damso.team.records.access_log import AccessLog
from damso.team.records.reasons import stated_reason
from damso.team.records.witness import witness_of
from damso.team.system_view import BackgroundWork

ROUTES: Sequence[ControllerRouterHandler] = (
    *team_api.ROUTES,
    *records_api.CONTROLLERS,
    *brand_api.ROUTES,
    signature_api.SignatureController,
    *customer_api.CONTROLLERS,
    *identity_api.CONTROLLERS,
    *suggestions_api.CONTROLLERS,
    *match_api.CONTROLLERS,
    *protection_api.CONTROLLERS,
    *quality_api.CONTROLLERS,
    CompanyController,
    *erasing_api.CONTROLLERS,
    *access_api.CONTROLLERS,
    tracking_api.CollectController,
    *source_api.CONTROLLERS,
    LakeController,
    *consent_api.CONTROLLERS,
    *consent_desk_api.ROUTES,
    *preference_api.ROUTES,
    *commerce_api.CONTROLLERS,
    *order_api.CONTROLLERS,
    *return_api.ROUTES,
    *counter_api.CONTROLLERS,
    *member_api.ROUTES,
    *channel_api.CONTROLLERS,
    HooksController,
    LentFileController,
    ContinuationController,
    ContinueController,
    continue_page,
    checklist.get_checklist,
    view_api.ViewController,
    conversation_api.ConversationController,
    act_api.ActController,
    act_api.SplitController,
    act_api.MacroController,
    *later_api.CONTROLLERS,
    message_api.EntryController,
    message_api.MessageController,
    message_api.FileController,
    MaskingController,
    ImportController,
    TableController,
    *retention_api.CONTROLLERS,
    desk_api.CannedAnswerController,
    desk_api.TagController,
    desk_api.search_everything,
    recent_api.RecentController,
    desk_api.live,
    export_api.ExportController,
    export_api.print_transcript,
    *segment_api.CONTROLLERS,
    *fitting_api.CONTROLLERS,
    *computed_api.CONTROLLERS,
    AnalyticsController,
    EnrichmentController,
    WidgetEntranceController,
    widget_api.WidgetController,
    widget_api.visitor_file,
    widget_api.visitor_live,
)


@get("/healthz", include_in_schema=False)
async def healthz() -> dict[str, str]:
    """The process runs."""
    return {"status": "ok"}


@get("/readyz", include_in_schema=False)
async def readyz(database: NamedDependency[Database]) -> Response[dict[str, str]]:
    """The process can serve: its database answers and has the right shape."""
    try:
        ready = await fits(database)
    except LOST:
        ready = False
    return Response({"status": "ready" if ready else "waiting"}, status_code=200 if ready else 503)


@get("/metrics", include_in_schema=False)
async def metrics() -> Response[bytes]:
    """Figures for Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


Given = dict[str, Any]
"""What handlers may ask for, by the names of their parameters."""


def create_app(parts: Parts, *, extra: Sequence[ControllerRouterHandler] = ()) -> Litestar:
    """The application; `extra` are routes of an entrance's own, such as the demo's."""
    return assemble(given_of(parts), extra=extra)


def given_of(parts: Parts) -> Given:
    """What one application gives to its handlers."""
    tail, signals = Tail(parts.database), Signals(parts.database)
    access_log = AccessLog(parts.database)
    life, sources = Life(parts.database), Sources(parts.database, parts.keyring)
    rules, links = contact_rules_of(parts), preference_links_of(parts)
    limits, codes = preference_api.PreferenceLimits(parts.settings), member_codes_of(parts)
    return {
        "settings": parts.settings,
        "database": parts.database,
        "keyring": parts.keyring,
        "blobs": parts.blobs,
        "http": parts.http,
        "adapters": parts.adapters,
        "inboxes": parts.inboxes,
        "authenticator": Authenticator(parts.database, parts.settings),
        "tail": tail,
        "signals": signals,
        "access_log": access_log,
        "work": BackgroundWork(lanes_of(parts), readers_of(), REASONS),
        "furnishers": (FirstBrand(),),
        "erasers": erasers_of(parts.keyring, parts.blobs),
        "kept_records": kept_records_of(),
        "erasure_list": erasure_list_of(parts.settings),
        "life": life,
        "sources": sources,
        "collector": Collector(parts.database, sources, life),
        "dimensions": dimensions_of(),
        "analyst": Analyst(parts.database, parts.settings, dimensions_of()),
        "desk_live": DeskLive(parts.database, tail, signals, access_log),
        "contact_rules": rules,
        "links": links,
        "notice_writer": notice_writer_of(parts),
        "door": preference_api.Door(parts.database, parts.inboxes, rules, links, limits),
        "codes": codes,
        "member_door": member_api.MemberDoor(parts.database, codes, parts.settings),
        "chat_limits": ChatLimits(parts.settings),
        "widget_live": WidgetLive(parts.database, parts.keyring, tail, signals),
    }


def assemble(given: Given, *, extra: Sequence[ControllerRouterHandler] = ()) -> Litestar:
    """The routes on what is given, which is looked up anew for each request: hundreds of routes take long to put
    together, and who needs many applications one after another may change what is given between them."""
    application = Litestar(
        route_handlers=[*ROUTES, healthz, readyz, metrics, *page_handlers(), *extra],
        middleware=[Authentication(lambda: given["authenticator"])],
        dependencies={name: Provide(_giving(given, name), sync_to_thread=False) for name in given}
        | {
            "caller": Provide(_provide_caller, sync_to_thread=False),
            "locale": Provide(_provide_locale, sync_to_thread=False),
            "witness": Provide(witness_of, sync_to_thread=False),
            "reason": Provide(stated_reason, sync_to_thread=False),
            "cases": Provide(_provide_cases, sync_to_thread=False),
            "timeline_sources": Provide(_provide_timeline_sources, sync_to_thread=False),
        },
        exception_handlers={
            AppError: app_error,
            ValidationException: invalid,
            HTTPException: http_error,
            Exception: broken,
        },
        guards=[understood],
        before_send=[hardened(lambda: given["settings"])],
        lifespan=[_living(given)],
        openapi_config=OpenAPIConfig(
            title="Damso",
            version=__version__,
            path="/api/schema",
            description="One customer, one conversation.",
            components=COMPONENTS,
            render_plugins=[JsonRenderPlugin()],  # the others are pages with scripts from elsewhere
        ),
        request_max_body_size=1024 * 1024,
    )
    for route in application.routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            handler.operation_class = DescribedOperation
    know_parameters(application)
    return application


def _giving(given: Given, name: str) -> Callable[[], Any]:
    return lambda: given[name]


def _provide_caller(request: Request[Any, Any, State]) -> Caller:
    caller: Caller | None = request.scope.get("user")
    if caller is None:
        raise Unauthenticated
    return caller


def _provide_locale(request: Request[Any, Any, State]) -> Locale:
    return locale_of(request)


def _provide_cases(caller: NamedDependency[Caller]) -> Cases:
    return Cases(caller)


def _provide_timeline_sources(caller: NamedDependency[Caller]) -> Sequence[TimelineSource]:
    hidden = () if caller.may("commerce.read") else VOCABULARY
    return (*SOURCES, TrackedLines(caller, sentence, hidden), ReturnLines(caller), *lines_for(caller))


def _living(given: Given) -> Callable[[Litestar], Any]:
    """What goes on as long as the application runs."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with (
            _following(given["tail"], given["desk_live"]),
            _writing(given["access_log"]),
            _counting(given["life"]),
        ):
            yield

    return lifespan


@asynccontextmanager
async def _writing(access_log: AccessLog) -> AsyncIterator[None]:
    """Write down who was shown what, to the last row."""
    task = asyncio.create_task(access_log.run())
    try:
        yield
    finally:
        await access_log.stop()
        await task


@asynccontextmanager
async def _counting(life: Life) -> AsyncIterator[None]:
    """Write the signs of life of sources."""
    task = asyncio.create_task(life.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _following(tail: Tail, desk_live: DeskLive) -> AsyncIterator[None]:
    """Follow the log, and watch who may follow it."""
    tasks = [asyncio.create_task(tail.run()), asyncio.create_task(desk_live.watch())]
    await tail.started.wait()
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
