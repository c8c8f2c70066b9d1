"""The only place that knows all rooms: it plugs their parts together."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

from asyncpg import UniqueViolationError, create_pool
from httpx import AsyncClient
from msgspec import Struct

from damso.channels import inboxes
from damso.channels.checks import CheckLane, CheckTimer
from damso.channels.doubles import doubles_of
from damso.channels.erase import ChannelEraser
from damso.channels.inboxes import Inboxes
from damso.channels.media import MediaLane
from damso.channels.parse import ParseLane
from damso.channels.poll import Doorkeeper
from damso.channels.registry import load_adapters
from damso.channels.renewals import RenewalLane, RenewalTimer
from damso.channels.types import Adapter
from damso.commerce import dimensions as commerce_dimensions
from damso.commerce.erase import CommerceEraser
from damso.commerce.follow import OrderReader, OwnWord
from damso.commerce.retain import CartRecords, OrderRecords
from damso.conversations import dimensions as conversation_dimensions
from damso.conversations import held, masking, notices, recent
from damso.conversations.act_lane import ActLane
from damso.conversations.acts import ForgetActs
from damso.conversations.attachments import MediaReader, UnsentTimer
from damso.conversations.change import SnoozeTimer
from damso.conversations.consents.links import PreferenceLinks
from damso.conversations.consents.mail import ConsentNoticeTimer, Writer
from damso.conversations.counter.codes import MemberCodes
from damso.conversations.counter.erase import CounterEraser
from damso.conversations.counter.holding import CounterHolding
from damso.conversations.due_answers import HoldReader, ScheduleTimer
from damso.conversations.erase import ConversationEraser
from damso.conversations.exports.erase import ExportEraser
from damso.conversations.exports.lane import ExportLane, ForgetExports
from damso.conversations.exports.member_file import Segmenting
from damso.conversations.held import HeldTimer
from damso.conversations.holding import ConversationHolding
from damso.conversations.imports.lane import ImportLane, UploadTimer
from damso.conversations.imports.mailbox import ErasedMail
from damso.conversations.inbound import InboundLane
from damso.conversations.lent_files import LentFiles
from damso.conversations.notices import Letterbox, NoticeLane
from damso.conversations.order_holding import OrderHolding
from damso.conversations.outbound import OutboundLane
from damso.conversations.recent import ForgetRecent
from damso.conversations.recent_erase import RecentEraser
from damso.conversations.remind import AnswerReader, ReminderTimer
from damso.conversations.reports import ReportLane, ReportTimer
from damso.conversations.retention.replay import CaseReplay, RecordReplay
from damso.conversations.retention.run import RetentionTimer
from damso.conversations.retention.technical import TechnicalTimer
from damso.conversations.returns.holding import ReturnHolding
from damso.conversations.split import SplitReader
from damso.customers import dimensions as customer_dimensions
from damso.customers.companies.follow import GroupReader
from damso.customers.consent.erase import ConsentEraser
from damso.customers.consent.may_contact import ContactRules
from damso.customers.consent.retain import ConsentRecords
from damso.customers.consent.types import Way
from damso.customers.erase import CustomerEraser
from damso.customers.erasing.work import ErasureLane, ErasureReplay
from damso.customers.matching.start import MatchLane
from damso.customers.subject_access.holding import Holding
from damso.customers.subject_access.own_holdings import OWN
from damso.customers.subject_access.prepare import FILES, AnswerEraser, AnswerLane, AnswerTimer
from damso.customers.suggestions import SuggestionReader, SuggestionTimer
from damso.customers.tracking import known as known_sources
from damso.customers.tracking.erase import QuarantineEraser
from damso.customers.tracking.forget import ForgetTracked
from damso.customers.tracking.retain import BehaviourRecords, QuarantineRecords
from damso.customers.tracking.vouch import ServerSources
from damso.enrichment import services as enrichment_services
from damso.enrichment.erase import EnrichmentEraser, EnrichmentHolding
from damso.enrichment.follow import AddressReader, ContextReader
from damso.enrichment.retain import AnswerRecords
from damso.enrichment.work import EnrichmentLane
from damso.kernel import sealed_files
from damso.kernel.blob_collection import BlobColumn, BlobLane, BlobTimer
from damso.kernel.blobs import Blobs, DiskBlobs
from damso.kernel.clock import SystemClock
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, open_database
from damso.kernel.dimensions import Dimension
from damso.kernel.erase_lanes import LogEraser
from damso.kernel.erasure import Eraser
from damso.kernel.erasure_list import FILE as ERASURE_FILE
from damso.kernel.erasure_list import ErasureList, Replays, replay_erasures
from damso.kernel.http import open_http
from damso.kernel.i18n import Text
from damso.kernel.key_file import open_keyring
from damso.kernel.lanes import Lane
from damso.kernel.migrations import prepare
from damso.kernel.notify import Notifier
from damso.kernel.readers import Reader
from damso.kernel.retention import Records
from damso.kernel.rotation import SealedColumn
from damso.kernel.settings import Settings
from damso.kernel.timers import Timer
from damso.lake.erase import LakeEraser
from damso.segments import look_up
from damso.segments import readers as segment_readers
from damso.segments.build import SegmentLane
from damso.segments.due import LeafTimer
from damso.segments.erase import SegmentEraser
from damso.segments.fitting import fits
from damso.segments.gone import ask_again
from damso.segments.holding import RfmHolding
from damso.segments.rfm import RfmLane, RfmTimer
from damso.team import second_factor, sign_in_policy
from damso.team.forget_expired import ForgetExpired
from damso.team.records import seal_keys
from damso.team.records.keep import KeepTimer
from damso.team.records.seal import SealTimer
from damso.team.request_link import SignInLetters


class Parts(Struct, frozen=True, kw_only=True):
    """What every entrance stands on."""

    settings: Settings
    database: Database
    keyring: Keyring
    blobs: Blobs
    http: AsyncClient
    adapters: Mapping[str, Adapter]
    inboxes: Inboxes


@asynccontextmanager
async def open_parts(settings: Settings, dsn: str) -> AsyncIterator[Parts]:
    """Open everything on a migrated database, and close it again."""
    database = await open_database(dsn, pool_size=settings.pool_size)
    keyring = open_keyring(settings.key_file)
    adapters = load_adapters()
    try:
        async with open_http(settings.egress_allow, doubles_of(adapters, settings.simulator)) as http:
            yield Parts(
                settings=settings,
                database=database,
                keyring=keyring,
                blobs=DiskBlobs(settings.data / "blobs"),
                http=http,
                adapters=adapters,
                inboxes=Inboxes(database, adapters, keyring),
            )
    finally:
        await database.close()


async def make_ready(settings: Settings, database: Database) -> None:
    """What has to be true of a migrated database before anything serves: its epoch, its partitions, and that whoever
    was erased stays so, also where an older backup was restored meanwhile. Raises `ErasureUnknown`."""
    # Of several processes that find a restored database at once, one begins its epoch.
    with suppress(UniqueViolationError):
        await prepare(database)
    listed = erasure_list_of(settings).read()
    await replay_erasures(database, listed, replayers_of(settings) if listed else ())


@asynccontextmanager
async def unopened_parts(settings: Settings) -> AsyncIterator[Parts]:
    """Everything in its place and no database behind it: enough to describe the application."""
    database = Database(create_pool(), Notifier(""), SystemClock())
    keyring, adapters = Keyring(bytes(32)), load_adapters()
    async with open_http(()) as http:
        yield Parts(
            settings=settings,
            database=database,
            keyring=keyring,
            blobs=DiskBlobs(settings.data / "blobs"),
            http=http,
            adapters=adapters,
            inboxes=Inboxes(database, adapters, keyring),
        )


def lanes_of(parts: Parts) -> Sequence[Lane]:
    """Everything that is carried in order, or done on the side."""
    return (
        ParseLane(parts.database, parts.keyring, parts.blobs, parts.inboxes),
        MediaLane(parts.database, parts.blobs, parts.inboxes, parts.http),
        InboundLane(parts.database, parts.keyring, parts.inboxes, contact_rules_of(parts)),
        ReportLane(parts.database, parts.keyring, parts.inboxes, parts.http),
        OutboundLane(
            parts.database,
            parts.keyring,
            parts.blobs,
            parts.inboxes,
            parts.http,
            LentFiles(parts.keyring, parts.settings.base_url),
        ),
        NoticeLane(parts.database, parts.keyring, parts.inboxes, parts.http),
        ActLane(parts.database, parts.inboxes, preference_links_of(parts)),
        ImportLane(parts.database, parts.keyring, parts.blobs, parts.inboxes, contact_rules_of(parts)),
        ExportLane(parts.database, Segmenting(look_up.who, fits)),
        SegmentLane(parts.database),
        RfmLane(parts.database),
        MatchLane(parts.database, parts.settings.data / "matching"),
        EnrichmentLane(parts.database, parts.keyring, parts.http),
        CheckLane(parts.database, parts.inboxes, parts.http),
        RenewalLane(parts.database, parts.inboxes, parts.http, Letterbox(parts.database, parts.keyring, parts.inboxes)),
        ErasureLane(parts.database, parts.keyring, parts.blobs, erasers_of(parts.keyring, parts.blobs), blob_columns()),
        BlobLane(parts.database, parts.blobs, blob_columns()),
        AnswerLane(parts.database, parts.keyring, parts.blobs, holdings_of()),
        SignInLetters(parts.database, Letterbox(parts.database, parts.keyring, parts.inboxes), parts.settings.base_url),
    )


def sealed_columns() -> Sequence[SealedColumn]:
    """Everywhere that secrets are kept encrypted."""
    return (
        inboxes.SEALED,
        notices.SEALED,
        second_factor.SEALED,
        sign_in_policy.SEALED,
        sealed_files.SEALED,
        held.SEALED,
        seal_keys.SEALED,
        masking.SEALED,
        recent.SEALED,
        known_sources.SEALED,
        enrichment_services.SEALED,
    )


def readers_of() -> Sequence[Reader]:
    """Everything that follows the log."""
    return (
        MediaReader(),
        SplitReader(),
        SuggestionReader(),
        HoldReader(),
        AnswerReader(),
        OrderReader(OwnWord(), ServerSources()),
        GroupReader(),
        AddressReader(),
        ContextReader(),
        *segment_readers.READERS,
    )


def timers_of(parts: Parts) -> Sequence[Timer]:
    """Everything that happens at a time."""
    return (
        SnoozeTimer(),
        UnsentTimer(),
        CheckTimer(),
        RenewalTimer(),
        ForgetExpired(),
        SuggestionTimer(),
        HeldTimer(),
        RetentionTimer(parts.keyring, erasure_list_of(parts.settings), kept_records_of()),
        TechnicalTimer(),
        AnswerTimer(),
        BlobTimer(),
        SealTimer(parts.keyring),
        KeepTimer(parts.keyring),
        ScheduleTimer(parts.inboxes),
        ReminderTimer(),
        ReportTimer(),
        ForgetActs(),
        UploadTimer(),
        ForgetExports(),
        ForgetRecent(),
        ForgetTracked(),
        ConsentNoticeTimer(parts.keyring, parts.inboxes, notice_writer_of(parts)),
        LeafTimer(),
        RfmTimer(),
    )


def contact_rules_of(parts: Parts) -> ContactRules:
    """Whom we may write to: by every channel that is installed, and by those people consent to before anything that
    sends them is connected."""
    installed = (
        Way(
            channel=adapter.channel,
            name=adapter.name,
            reaches=adapter.policy.reaches,
            night_exempt=adapter.policy.night_exempt,
        )
        for adapter in parts.adapters.values()
    )
    foreseen = (
        Way(channel="sms", name=Text("문자", "Text message"), reaches="phone"),
        Way(channel="phone", name=Text("전화", "Phone call"), reaches="phone"),
    )
    ways: dict[str, Way] = {}
    for way in (*installed, *foreseen):
        ways.setdefault(way.channel, way)
    return ContactRules(parts.keyring, ways)


def preference_links_of(parts: Parts) -> PreferenceLinks:
    """Links to customers' own preferences."""
    return PreferenceLinks(parts.keyring, parts.settings.base_url)


def member_codes_of(parts: Parts) -> MemberCodes:
    """Codes that customers show in shops."""
    return MemberCodes(parts.keyring, parts.settings.base_url)


def notice_writer_of(parts: Parts) -> Writer:
    """Whoever puts the notices of consents into words."""
    return Writer(preference_links_of(parts), contact_rules_of(parts).ways, parts.inboxes)


def blob_columns() -> Sequence[BlobColumn]:
    """Everywhere that files are named: what stands in none of them is deleted."""
    return (
        FILES,
        BlobColumn("attachment", "blob_ref"),
        BlobColumn("brand", "logo_ref"),
        BlobColumn("delivery", "body_ref"),
        BlobColumn("held_file", "ref"),
        BlobColumn("import_run", "upload_ref"),
        BlobColumn("media", "blob_ref"),
        BlobColumn("message", "html_ref"),
        BlobColumn("message", "source_ref"),
    )


def erasers_of(keyring: Keyring, blobs: Blobs) -> Sequence[Eraser]:
    """Every store that holds something of customers; that of the customers themselves goes last."""
    return (
        ConversationEraser(keyring, blobs),
        ExportEraser(),
        RecentEraser(keyring),
        SegmentEraser(),
        ChannelEraser(blobs, blob_columns()),
        LogEraser(),
        CommerceEraser(),
        CounterEraser(),
        AnswerEraser(),
        QuarantineEraser(),
        ConsentEraser(),
        EnrichmentEraser(),
        LakeEraser(),
        CustomerEraser(),
    )


def kept_records_of() -> Sequence[Records]:
    """Every class of records, besides cases, that goes by rule."""
    return (
        BehaviourRecords([ask_again]),
        OrderRecords(),
        CartRecords(),
        ConsentRecords(),
        AnswerRecords(),
        QuarantineRecords(),
    )


def holdings_of() -> Sequence[Holding]:
    """Every store that holds something on a person, as it is told to that person."""
    return (
        *OWN[:1],
        ConversationHolding(),
        OrderHolding(),
        ReturnHolding(),
        CounterHolding(),
        RfmHolding(),
        EnrichmentHolding(),
        *OWN[1:],
    )


def doorkeeper_of(keyring: Keyring) -> Doorkeeper:
    """Who is not brought back by what mailboxes still hold."""
    return ErasedMail(keyring)


def dimensions_of() -> Sequence[Dimension]:
    """Every table that analysts see beside the log."""
    return (
        *customer_dimensions.DIMENSIONS,
        *conversation_dimensions.DIMENSIONS,
        *commerce_dimensions.DIMENSIONS,
    )


def erasure_list_of(settings: Settings) -> ErasureList:
    """Who was erased, kept outside the database."""
    return ErasureList(settings.data / ERASURE_FILE)


def replayers_of(settings: Settings) -> Sequence[Replays]:
    """Whoever can erase again what an older backup brought back."""
    keyring, blobs = open_keyring(settings.key_file), DiskBlobs(settings.data / "blobs")
    return (
        ErasureReplay(keyring, erasers_of(keyring, blobs)),
        CaseReplay(keyring),
        RecordReplay(keyring, kept_records_of()),
    )
