"""HTML from outside: what the sanitiser lets through, and what is read of it as text."""

from time import process_time

import pytest

from damso.channels.html import render, sanitise, to_text


def safe(html: str, *, remote_images: bool = False) -> str:
    return sanitise(html, remote_images=remote_images, cid=lambda name: f"/files/{name}").html


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href=" java&#10;script:alert(1)">x</a>',
        '<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>',
        '<img src="javascript:alert(1)">',
        '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
        "<iframe src='https://evil.example'></iframe>",
        "<object data='https://evil.example'></object>",
        "<form action='https://evil.example'><input name=password><button>go</button></form>",
        "<meta http-equiv=refresh content='0;url=https://evil.example'>",
        "<base href='https://evil.example/'>",
        "<link rel=stylesheet href='https://evil.example/x.css'>",
        "<style>@import url(https://evil.example)</style>",
        "<p style=\"background:url('https://evil.example/x.png')\">x</p>",
        "<p style=\"background-color:u\\72l('https://evil.example')\">x</p>",
        "<p style='list-style-image:url(//evil.example)'>x</p>",
        "<p style='position:fixed;top:0'>x</p>",
        "<div style='margin-top:-500px'>x</div>",
        "<table background='https://evil.example/x.png'><tr><td>x</td></tr></table>",
        "<img srcset='https://evil.example/x.png 2x'>",
        "<video poster='https://evil.example/x.png' src='https://evil.example'></video>",
        "<img src='ftp://evil.example/x.png'>",
        "<p id=top class=toolbar>x</p>",
    ],
)
def test_nothing_runs_fetches_or_overlays(attack: str) -> None:
    shown = safe(attack).lower()
    for danger in (
        "script",
        "onerror",
        "onload",
        "evil",
        "url(",
        "position",
        "margin",
        "<form",
        "<input",
        "svg",
        "ftp",
    ):
        assert danger not in shown
    assert "class=" not in shown
    assert "id=" not in shown


@pytest.mark.parametrize("source", ["https://t.example/p.gif", "http://t.example/p.gif", "//t.example/p.gif"])
def test_remote_pictures_wait_until_asked_for(source: str) -> None:
    blocked = sanitise(f"<img src='{source}'>", remote_images=False, cid=lambda name: None)
    assert (blocked.html, blocked.blocked_images) == ("<img>", 1)
    shown = sanitise(f"<img src='{source}'>", remote_images=True, cid=lambda name: None)
    assert "t.example/p.gif" in shown.html
    assert shown.blocked_images == 0


def test_inline_pictures_are_found_by_their_content_id() -> None:
    assert safe("<img src='cid:pic@x'>") == '<img src="/files/pic@x">'


def test_small_pictures_in_the_text_itself_are_kept() -> None:
    assert "data:image/png" in safe("<img src='data:image/png;base64,iVBORw0KGgo='>")


def test_links_open_elsewhere_and_tell_nothing() -> None:
    link = safe("<a href='https://shop.example' target=_self rel=opener>x</a>")
    assert 'target="_blank"' in link
    assert 'rel="noopener noreferrer nofollow"' in link


def test_what_people_write_stays() -> None:
    html = '<h1>제목</h1><p style="color:red">글 <b>굵게</b></p><ul><li>하나</li></ul><blockquote>인용</blockquote>'
    assert safe(html) == html


def test_text_keeps_paragraphs_lists_and_quotes() -> None:
    html = (
        "<p>첫 문단</p><p>둘째<br>줄</p><ul><li>가<li>나</ul><ol start=3><li>셋</ol>"
        "<table><tr><td>1<td>2</table><a href='https://x.example'>링크</a>"
        "<blockquote>인용<blockquote>깊이</blockquote></blockquote>"
    )
    assert to_text(html).replace("\n>\n", "\n") == (
        "첫 문단\n\n둘째\n줄\n\n- 가\n- 나\n\n3. 셋\n\n1 2\n\n링크\n> 인용\n> >\n> > 깊이"
    )


def test_text_is_what_is_seen() -> None:
    hidden = "<style>p{}</style><title>t</title><div style='display:none'>hidden</div>"
    html = f"{hidden}<pre>a\n  b</pre><img alt='😀'><img alt=logo>"
    assert to_text(html) == "a\n  b\n\n😀[logo]"


def test_lines_that_a_mail_program_marked_as_quoted() -> None:
    rendered = render("<div>new</div><div class='yahoo_quoted'><div>old</div></div>")
    assert (rendered.text, rendered.quoted) == ("new\nold", frozenset({1}))


HOSTILE = {
    "deep": "<div>" * 300_000,
    "open tags": "<" * 1_000_000,
    "formatting": "".join(f"<font color={number}>" for number in range(5_000)) + "<p>x" * 5_000,
    "unclosed paragraphs": "<p>" * 300_000,
    "quotes in quotes": "<blockquote>" * 400 + "x\n" * 200_000,
    "open comment": "<!--" * 250_000,
    "attributes": "<a " + "x " * 500_000,
    "open attribute": '<a x="' * 200_000,
    "ampersands": "&" * 1_000_000,
    "cells": "<table><tr>" * 250 + "<td>" * 200_000,
    "options": "<select><option>" * 100_000,
    "foreign": "<svg>" * 300 + "<p>" * 100_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_markup_takes_linear_time(name: str) -> None:
    begun = process_time()
    to_text(HOSTILE[name])
    safe(HOSTILE[name])
    assert process_time() - begun < 10
