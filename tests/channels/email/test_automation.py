"""Mails that no person wrote."""

import pytest

from damso.channels.items import Automation
from tests.channels.email.raw_mails import mail, message, recorded

ANSWER = {"In_Reply_To": "<earlier@shop.example>"}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Automation.NONE),
        ({"Auto_Submitted": "no"}, Automation.NONE),
        ({"Auto_Submitted": "auto-replied (vacation)"}, Automation.AUTO_REPLY),
        ({"Auto_Submitted": "auto-generated"} | ANSWER, Automation.AUTO_REPLY),
        ({"Auto_Submitted": "auto-generated"}, Automation.BULK),
        ({"X_Autoreply": "yes"}, Automation.AUTO_REPLY),
        ({"X_Autoreply": "no"}, Automation.NONE),
        ({"Precedence": "auto_reply"}, Automation.AUTO_REPLY),
        ({"X_Auto_Response_Suppress": "OOF, AutoReply"} | ANSWER, Automation.AUTO_REPLY),
        ({"X_Auto_Response_Suppress": "All"}, Automation.BULK),
        ({"X_Auto_Response_Suppress": "RN"}, Automation.NONE),
        ({"Precedence": "bulk"}, Automation.BULK),
        ({"List_Id": "News <news.other.example>"}, Automation.BULK),
        ({"List_Unsubscribe": "<mailto:x@other.example>"}, Automation.BULK),
        ({"From": "mailer-daemon@other.example"}, Automation.AUTO_REPLY),
        ({"X_Damso_Loop": "dc1-x"}, Automation.LOOP),
        ({"From": "HELP@shop.example"}, Automation.LOOP),
        ({"From": "help+tag@shop.example"}, Automation.LOOP),
        ({"From": "care@shop.example"}, Automation.LOOP),
        ({"Subject": "부재중이라 택배를 못 받았어요"}, Automation.NONE),
        ({"Subject": "자동 응답: 부재중입니다"} | ANSWER, Automation.AUTO_REPLY),
        ({"Subject": "Out of office"}, Automation.NONE),
        ({"Subject": "Out of office", "Return_Path": "<>"}, Automation.AUTO_REPLY),
        ({"Subject": "Automatische Antwort: x"} | ANSWER, Automation.AUTO_REPLY),
    ],
)
def test_signs_of_programs(headers: dict[str, str], expected: Automation) -> None:
    assert message(mail(**headers)).automation == expected


def test_a_group_of_ours_that_hands_mail_on_is_no_list() -> None:
    own = mail(List_Id="<help.shop.example>", List_Post="<mailto:help@shop.example>", Precedence="list")
    assert message(own).automation == Automation.NONE
    assert message(mail(List_Id="<help.shop.example>", Precedence="list")).automation == Automation.NONE


def test_a_recorded_absence() -> None:
    assert message(recorded("auto_reply__exchange_away.eml")).automation == Automation.AUTO_REPLY
