"""The webmail's addresses: pages for people, JSON for scripts and tests.

The service is `app.state.demo_mail`. All of this exists in the demo only and listens where the demo listens.
"""

from importlib.resources import files
from typing import Annotated, Any

import aiosmtplib
from litestar import MediaType, Request, Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import NotFoundException, PermissionDeniedException, ValidationException
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, MultipartBody
from litestar.response import Redirect
from msgspec import Struct

from damso.demo.mail import words
from damso.demo.mail.page import ROOT, Page
from damso.demo.mail.reading import MailSummary, MailView, Person
from damso.demo.mail.service import DemoMail
from damso.demo.mail.writing import AttachedFile
from damso.kernel.i18n import Locale, negotiate

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; font-src 'self'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
_MAIL_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
_ASSETS = {"mail.css": "text/css", "mail.js": "text/javascript"}
_MAIL_BASE = (
    '<base target="_blank"><style>body{margin:0;font-family:sans-serif}'
    "@media(prefers-color-scheme:dark){body{color:#e6e8eb}a{color:#8fb3ff}}</style>"
)

AcceptLanguage = Annotated[str | None, HeaderParameter(name="accept-language")]


class NewMail(Struct, kw_only=True):
    """A mail to send: `answers` is the uid it replies to, and then `to` and `subject` follow from it."""

    text: str
    to: str = ""
    subject: str = ""
    answers: str = ""
    forged: bool = False


class Sent(Struct):
    """The Message-ID of what was sent."""

    message_id: str


class State(Struct):
    """Changes whenever the mailbox does."""

    version: str


@get("/", media_type=MediaType.HTML)
async def show_mailbox(
    request: Request[Any, Any, Any],
    box: FromQuery[str] = "",
    open: FromQuery[str] = "",  # noqa: A002 -- the name in the address bar
    compose: FromQuery[str] = "",
    problem: FromQuery[str] = "",
    accept_language: AcceptLanguage = None,
) -> Response[str]:
    """The mailbox, with a thread or an empty sheet open."""
    mail = _service(request)
    boxes = mail.mailboxes()
    here = next((one for one in boxes if one.address == box), boxes[0])
    opened, views = _open_thread(mail, here.address, open)
    page = Page(_locale(accept_language), here, boxes, mail.list_mail(here.address), mail.now())
    if compose:
        opened, main = "compose", page.compose(mail.shop, words.BAD_ADDRESS if problem else None)
    elif views:
        main = page.thread(views)
    else:
        main = page.nothing_open()
    html = page.render(main, opened=opened, version=_version(mail, here.address))
    return Response(html, headers={"content-security-policy": _PAGE_POLICY, "cache-control": "no-store"})


@post("/box/{address:str}/send", status_code=303)
async def send_from_page(
    request: Request[Any, Any, Any],
    address: FromPath[str],
    data: MultipartBody[dict[str, Any]],
    accept_language: AcceptLanguage = None,
) -> Redirect:
    """Send what was written on the page, and show it."""
    mail = _service(request)
    attached = [
        AttachedFile(one.filename, one.content_type, await one.read())
        for one in _uploads(data.get("files"))
        if one.filename
    ]
    text, to, subject, answers = (str(data.get(name) or "") for name in ("text", "to", "subject", "answers"))
    new = NewMail(text=text, to=to, subject=subject, answers=answers, forged=bool(data.get("forged")))
    try:
        await _send(mail, address, new, attached, _locale(accept_language))
    except (aiosmtplib.SMTPException, ValueError):
        return Redirect(f"{ROOT}?box={address}&compose=1&problem=1", status_code=303)
    kept = next((one.uid for one in mail.list_mail(address) if one.folder == "sent" and not new.forged), "")
    return Redirect(f"{ROOT}?box={address}&open={kept}", status_code=303)


@get("/box/{address:str}/{uid:str}/html", media_type=MediaType.HTML)
async def show_html(request: Request[Any, Any, Any], address: FromPath[str], uid: FromPath[str]) -> Response[str]:
    """The HTML part, for a frame in which nothing runs and nothing loads."""
    view = _read(_service(request), address, uid)
    headers = {
        "content-security-policy": _MAIL_POLICY,
        "x-frame-options": "SAMEORIGIN",
        "referrer-policy": "no-referrer",
    }
    return Response(_MAIL_BASE + (view.html or ""), headers=headers)


@get("/box/{address:str}/{uid:str}/files/{number:int}")
async def download_file(
    request: Request[Any, Any, Any], address: FromPath[str], uid: FromPath[str], number: FromPath[int]
) -> Response[bytes]:
    """An attachment, to save and never to show."""
    try:
        file = _service(request).read_file(address, uid, number)
    except (KeyError, ValueError) as error:
        raise NotFoundException from error
    headers = {"content-disposition": "attachment", "x-content-type-options": "nosniff"}
    return Response(file.data, media_type="application/octet-stream", headers=headers)


@get("/assets/{name:str}")
async def show_asset(name: FromPath[str]) -> Response[bytes]:
    """The style sheet and the script."""
    if name not in _ASSETS:
        raise NotFoundException
    return Response(files("damso.demo.mail").joinpath("assets", name).read_bytes(), media_type=_ASSETS[name])


@get("/api/mailboxes")
async def list_mailboxes(request: Request[Any, Any, Any]) -> list[Person]:
    """Every customer's mailbox."""
    return _service(request).mailboxes()


@get("/api/{address:str}/state")
async def read_state(request: Request[Any, Any, Any], address: FromPath[str]) -> State:
    """Asked every two seconds by an open page."""
    return State(_version(_service(request), address))


@get("/api/{address:str}/mails")
async def list_mails(request: Request[Any, Any, Any], address: FromPath[str]) -> list[MailSummary]:
    """A mailbox, newest first."""
    try:
        return _service(request).list_mail(address)
    except ValueError as error:
        raise NotFoundException from error


@get("/api/{address:str}/mails/{uid:str}")
async def read_mail(request: Request[Any, Any, Any], address: FromPath[str], uid: FromPath[str]) -> MailView:
    """One mail, which is read from now on."""
    return _read(_service(request), address, uid)


@post("/api/{address:str}/mails")
async def send_mail(
    request: Request[Any, Any, Any],
    address: FromPath[str],
    data: JSONBody[NewMail],
    accept_language: AcceptLanguage = None,
) -> Sent:
    """Send or answer a mail."""
    try:
        return Sent(await _send(_service(request), address, data, [], _locale(accept_language)))
    except (aiosmtplib.SMTPException, ValueError) as error:
        raise ValidationException("the mail server does not take this mail") from error


demo_mail_router = Router(
    path=ROOT,
    route_handlers=[
        show_mailbox,
        send_from_page,
        show_html,
        download_file,
        show_asset,
        list_mailboxes,
        read_state,
        list_mails,
        read_mail,
        send_mail,
    ],
    opt={"exclude_from_auth": True, "exclude_from_csrf": True},
    include_in_schema=False,
)


def _service(request: Request[Any, Any, Any]) -> DemoMail:
    """The demo's mail. Requests that another site's page makes are refused, in place of a token in each form."""
    if request.headers.get("sec-fetch-site", "none") in {"cross-site", "same-site"} and request.method != "GET":
        raise PermissionDeniedException("not from another site")
    service = request.app.state.demo_mail
    assert isinstance(service, DemoMail)
    return service


def _locale(accept_language: str | None) -> Locale:
    return negotiate(accept_language)


def _version(mail: DemoMail, address: str) -> str:
    try:
        return mail.version(address)
    except ValueError as error:
        raise NotFoundException from error


def _read(mail: DemoMail, address: str, uid: str) -> MailView:
    try:
        return mail.read_mail(address, uid)
    except (KeyError, ValueError) as error:
        raise NotFoundException from error


def _open_thread(mail: DemoMail, address: str, uid: str) -> tuple[str, list[MailView]]:
    lines = mail.list_mail(address)
    thread = next((line.thread for line in lines if line.uid == uid), "")
    uids = [line.uid for line in reversed(lines) if thread and line.thread == thread]
    return thread, [mail.read_mail(address, one) for one in uids]


def _uploads(value: object) -> list[UploadFile]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, UploadFile)]


async def _send(mail: DemoMail, address: str, new: NewMail, attached: list[AttachedFile], locale: Locale) -> str:
    if new.answers:
        return await mail.reply(address, new.answers, new.text, attachments=attached, locale=locale)
    return await mail.send_mail(address, new.to, new.subject, new.text, attachments=attached, forged=new.forged)
