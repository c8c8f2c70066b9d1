"""What the sample company's customers said before you came: short, fictional, and told through the same verbs."""

from datetime import timedelta

from msgspec import Struct


class Line(Struct, frozen=True):
    """Something said: `by` is `customer`, `answer` or `note`, `ago` how long before the demo was loaded."""

    by: str
    ago: timedelta
    text: str


class Story(Struct, frozen=True, kw_only=True):
    """A case. `agent` is who answers, `after` the state it ends in."""

    customer: str
    email: str
    channel: str
    lines: tuple[Line, ...]
    subject: str = ""
    agent: str = "seoyeon"
    after: str = "open"
    tags: tuple[str, ...] = ()
    priority: str = "normal"
    unassigned: bool = False


def _ago(**parts: float) -> timedelta:
    return timedelta(**parts)


STORIES: tuple[Story, ...] = (
    Story(
        customer="박지호",
        email="jiho@daum.example",
        channel="email",
        subject="달항아리 조명 배송이 언제 되나요?",
        unassigned=True,
        tags=("배송",),
        lines=(
            Line(
                "customer",
                _ago(minutes=42),
                "안녕하세요.\n\n지난 월요일에 달항아리 조명을 주문했는데 아직 배송 준비 중으로 나와요.\n"
                "토요일에 집들이가 있어서 그 전에 받을 수 있을지 궁금합니다.\n\n박지호 드림",
            ),
        ),
    ),
    Story(
        customer="오하늘",
        email="haneul@naver.example",
        channel="chat",
        tags=("교환",),
        priority="high",
        lines=(
            Line("customer", _ago(minutes=21), "어제 받은 새벽 찻잔에 금이 가 있어요 ㅠㅠ"),
            Line("answer", _ago(minutes=19), "많이 속상하셨겠어요. 사진을 보내 주시면 바로 새 제품으로 보내 드릴게요."),
            Line("customer", _ago(minutes=12), "네 지금 찍어서 보낼게요. 손잡이 쪽이에요"),
            Line("note", _ago(minutes=11), "이번 주 같은 제품 파손 세 번째예요. 포장 업체에 확인이 필요해 보여요."),
        ),
    ),
    Story(
        customer="Emma Clark",
        email="emma@gmail.example",
        channel="email",
        subject="Do you ship to Canada?",
        agent="doyun",
        lines=(
            Line(
                "customer",
                _ago(hours=3),
                "Hi,\n\nI love the stem vase. Do you ship to Vancouver, and how long does it take?\n\nEmma",
            ),
            Line(
                "answer",
                _ago(hours=2, minutes=20),
                "Hi Emma,\n\nYes, we do. Parcels to Vancouver take 7 to 10 days and shipping is ₩28,000.\n"
                "Shall we put one aside for you?",
            ),
            Line("customer", _ago(hours=1, minutes=5), "Lovely, yes please! Can I pay by card?"),
        ),
    ),
    Story(
        customer="정유나",
        email="yuna@kakao.example",
        channel="chat",
        agent="doyun",
        after="resolved",
        tags=("재고",),
        lines=(
            Line("customer", _ago(hours=5), "린넨 담요 아이보리 재입고 예정 있나요?"),
            Line("answer", _ago(hours=4, minutes=50), "다음 주 수요일에 들어와요. 알림 신청해 드릴까요?"),
            Line("customer", _ago(hours=4, minutes=48), "네 부탁드려요!"),
            Line("answer", _ago(hours=4, minutes=45), "신청해 두었어요. 들어오는 대로 알려 드릴게요."),
        ),
    ),
    Story(
        customer="최도현",
        email="dohyun@naver.example",
        channel="email",
        subject="세금계산서 발행 요청드립니다",
        after="snoozed",
        lines=(
            Line(
                "customer",
                _ago(hours=26),
                "안녕하세요, 지난달 사무실에서 구매한 호두 트레이 20개 건 세금계산서 발행 부탁드립니다.\n"
                "사업자등록증은 내일 보내 드리겠습니다.",
            ),
            Line("answer", _ago(hours=25), "네, 사업자등록증을 보내 주시면 당일 발행해 드릴게요."),
        ),
    ),
    Story(
        customer="서지안",
        email="jian@daum.example",
        channel="chat",
        unassigned=True,
        lines=(Line("customer", _ago(minutes=4), "선물 포장도 되나요? 메시지 카드도 넣고 싶어요"),),
    ),
    Story(
        customer="윤재하",
        email="jaeha@gmail.example",
        channel="email",
        subject="반품 접수했는데 수거가 안 와요",
        unassigned=True,
        tags=("반품",),
        priority="urgent",
        lines=(
            Line(
                "customer",
                _ago(hours=30),
                "3일 전에 반품 접수했는데 아직 수거 기사님이 안 오셨어요. 확인 부탁드려요.",
            ),
            Line("customer", _ago(hours=2), "오늘도 안 오셨네요. 환불은 언제 되나요?"),
        ),
    ),
)

CANNED = (
    ("배송 안내", "배송", "{{ customer.name }}님, 주문하신 상품은 영업일 기준 2~3일 안에 받아 보실 수 있어요."),
    ("교환·반품 안내", "반품", "받으신 날부터 7일 안에 교환이나 반품을 신청하실 수 있어요. 사진과 함께 알려 주세요."),
    (
        "마무리 인사",
        "마무리",
        "더 궁금한 점이 있으면 언제든 편하게 말씀해 주세요. {{ brand.name }} {{ agent.name }} 드림",
    ),
    ("Shipping abroad", "ship", "Yes, we ship abroad. Parcels take 7 to 10 days, {{ customer.name }}."),
)

TAGS = (("배송", "blue"), ("교환", "orange"), ("반품", "red"), ("재고", "green"))
