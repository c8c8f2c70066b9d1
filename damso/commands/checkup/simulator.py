"""Whether channels are connected to a simulator: then nothing of theirs reaches a customer."""

from collections.abc import Iterator

from damso.commands.checkup.findings import Finding, warning
from damso.kernel.i18n import Text
from damso.kernel.settings import Settings

PRACTICE = Text(
    "시뮬레이터({simulator})에 연결돼 있어요. 카카오톡, 톡톡, 문자 같은 채널의 메시지가 실제 고객에게 가지 않아요.",
    "A simulator is connected ({simulator}): messages of channels such as KakaoTalk and SMS reach no customer.",
)
MEND = Text(
    "실제로 쓰려면 DAMSO_SIMULATOR를 지우고 다시 시작해 주세요. 데모라면 그대로 두면 돼요.",
    "To work in earnest, unset DAMSO_SIMULATOR and start again. In a demo it is as it should be.",
)


def look_at_simulator(settings: Settings) -> Iterator[Finding]:
    """Nothing where none is set."""
    if settings.simulator:
        yield warning("simulator", PRACTICE, MEND, simulator=settings.simulator)
