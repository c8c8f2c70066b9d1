"""Files that people uploaded, given out so that they can do no harm."""

from urllib.parse import quote

from litestar import Response

_INERT = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "cache-control": "private, max-age=3600",
}


def download_response(data: bytes, name: str, content_type: str, *, shown: bool = False) -> Response[bytes]:
    """A file as a download (RFC 6266), or shown in place where the caller knows that its type is harmless."""
    disposition = "inline" if shown else "attachment"
    return Response(
        data,
        media_type=content_type if shown else "application/octet-stream",
        headers=_INERT | {"content-disposition": f"{disposition}; filename*=UTF-8''{quote(name, safe='')}"},
    )
