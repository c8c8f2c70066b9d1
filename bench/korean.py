# ruff: noqa: SIM905 - lists of words read best as words
"""What people write to a shop: Korean sentences with the word frequencies of such talk.

Frequent sentences are few and wear the same words (배송, 주문, 확인); products follow Zipf's law, so that most of their
names are rare; order and phone numbers occur once or twice. Some words are English, as they are in Korean shops.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from random import Random

_STYLES = """북유럽풍 빈티지 모던 미니멀 클래식 캐주얼 오버핏 슬림핏 크롭 와이드 하이웨스트 라운드 브이넥
스트라이프 체크 플로럴 도트 레이스 퀼팅 기모 린넨 모달 캐시미어 알파카 벨벳 코듀로이 시어서커 트위드 데님 새틴
쉬폰 누빔 양털 무스탕 스웨이드 방수 발수 경량 접이식 휴대용 무선 충전식 대용량 초미니 어린이 유아용 반려견
고양이 캠핑 등산 낚시 수영 요가 홈트 자개 흑단 편백 월넛 대리석 황동 도자기 유리 스텐 법랑 주물 실리콘 라탄
대나무""".split()
_THINGS = """티셔츠 원피스 가디건 니트 셔츠 블라우스 청바지 슬랙스 스커트 코트 패딩 자켓 후드티 맨투맨 조끼
머플러 장갑 양말 모자 벨트 운동화 구두 로퍼 샌들 부츠 슬리퍼 백팩 크로스백 에코백 지갑 파우치 캐리어 우산 시계
목걸이 귀걸이 반지 팔찌 선글라스 안경테 협탁 책상 의자 소파 침대 매트리스 이불 베개 커튼 러그 조명 스탠드 거울
수납장 선반 행거 옷걸이 냄비 프라이팬 도마 식칼 접시 머그컵 텀블러 물병 도시락 밀폐용기 에어프라이어 전기포트
믹서기 토스터 커피머신 가습기 제습기 공기청정기 선풍기 온풍기 청소기 다리미 드라이어 고데기 면도기 칫솔 샴푸
트리트먼트 바디로션 핸드크림 선크림 쿠션 립밤 향수 디퓨저 캔들 노트 만년필 다이어리 스티커 보드게임 퍼즐 인형
블록 킥보드 텐트 침낭 랜턴 버너 아이스박스 사료 간식 캣타워 하네스 화분 원두 녹차 꿀 견과 김치 한우 전복 감귤
사과 쌀""".split()
_MODELS = """MacBook iPad iPhone Galaxy AirPods Kindle Switch PlayStation GoPro Garmin Dyson Lego Moleskine
Stanley Snowpeak Hario Kinto Marshall Bose Logitech Anker Keychron Razer Canon Fujifilm Polaroid Brompton
Patagonia""".split()
_PARTS = """USB-C Bluetooth HDMI Wi-Fi Type-C Lightning MagSafe NFC SSD OLED case charger cable adapter strap
filter battery stand cover band sleeve mount dock hub""".split()
_SURNAMES = "김이박최정강조윤장임한오서신권황안송류홍전고문손양배백허남심노하곽성차주우구민"
_FIRST = "서민지도하예수준현은시윤채유주아성재연승영태진혜정소다건"
_SECOND = "준윤우진현원서연은아린빈호민율영희나경수정훈석혁람솔겸"
_COURIERS = "한진택배 우체국택배 롯데택배 로젠택배 대한통운 편의점택배".split()
_CITIES = """서울 부산 대구 인천 광주 대전 울산 세종 수원 성남 고양 용인 청주 천안 전주 창원 포항 제주 강릉 춘천
원주 여수 순천 목포 안동 경주 김해 거제 통영 속초""".split()

_CUSTOMER = (
    (90, "배송 언제 오나요?"),
    (60, "주문한 {thing} 배송이 아직 안 왔어요."),
    (50, "안녕하세요, 문의드립니다."),
    (40, "{thing} 환불하고 싶은데 어떻게 하면 되나요?"),
    (40, "주문번호 {order} 확인 부탁드려요."),
    (35, "네 감사합니다!"),
    (30, "{product} 재입고 예정 있나요?"),
    (28, "사이즈 교환 가능할까요? {thing} 한 치수 크게요."),
    (25, "배송지를 {city}(으)로 변경하고 싶어요."),
    (22, "제 번호는 {phone} 입니다. 연락 주세요."),
    (20, "결제는 됐는데 주문 내역에 안 보여요."),
    (18, "{product} 상품이 불량인 것 같아요. 사진 첨부합니다."),
    (18, "쿠폰이 적용이 안 되는데 확인해 주실 수 있나요?"),
    (15, "{money}원 결제한 거 취소해 주세요."),
    (14, "{courier} 송장이 조회가 안 돼요. tracking number 다시 알려 주세요."),
    (12, "적립금 {points}점이 사라졌어요ㅠㅠ"),
    (12, "{model} {part} 호환되나요?"),
    (10, "Hello, my order {order} has not arrived yet. Could you check the delivery?"),
    (9, "회원 탈퇴하면 적립금은 어떻게 되나요?"),
    (8, "세금계산서 발행 부탁드립니다. 담당자 {name}입니다."),
    (8, "포장이 뜯긴 채로 왔네요. {product} 교환 부탁드려요."),
    (7, "로그인이 안 돼요. password reset 메일이 안 옵니다."),
    (6, "{model} 정품 맞나요? warranty 기간도 궁금합니다."),
    (6, "선물 포장 되나요? {city}로 보내려고 해요."),
    (5, "해외 배송도 가능한가요? international shipping fee 알려 주세요."),
    (5, "후기 작성했는데 포인트가 안 들어왔어요."),
    (4, "Can I get a refund for the {model} {part}? It is broken."),
    (3, "새벽 배송으로 바꿀 수 있을까요? 현관 비밀번호는 배송 메모에 적었어요."),
    (2, "{product}, {product} 중에 뭐가 더 나을까요?"),
    (1, "영수증에 {name} 님 이름이 잘못 적혀 있어요. {phone}으로 전화 주세요."),
)
_AGENT = (
    (90, "네 고객님, 확인해 보겠습니다. 잠시만 기다려 주세요."),
    (60, "안녕하세요, 고객님. 달빛상점입니다."),
    (50, "주문하신 {thing}은(는) 오늘 출고되어 내일 도착 예정입니다."),
    (40, "{courier} 송장번호는 {invoice} 입니다."),
    (35, "불편을 드려 죄송합니다. 바로 교환 접수해 드리겠습니다."),
    (30, "환불은 영업일 기준 3~5일 정도 걸립니다."),
    (25, "배송지가 {city}(으)로 변경되었습니다."),
    (20, "{product} 재입고는 다음 주로 예정되어 있습니다."),
    (20, "더 궁금하신 점 있으시면 언제든 문의해 주세요. 감사합니다."),
    (15, "{money}원 결제가 취소되었고 카드사에 따라 며칠 뒤 반영됩니다."),
    (12, "적립금 {points}점을 다시 넣어 드렸습니다."),
    (10, "Your order {order} was shipped today. Thank you for waiting."),
    (8, "쿠폰은 {product}에는 적용되지 않는 상품입니다. 양해 부탁드립니다."),
    (5, "{model} {part} 제품은 AS 센터로 문의하시면 빠르게 안내받으실 수 있습니다."),
)
_NOTE = (
    (20, "물류팀에 확인 요청함. 주문 {order}"),
    (10, "{name} 님 통화 완료, 재발송하기로 함"),
    (5, "VIP 고객. {product} 파손 이력 있음"),
    (5, "{courier} 담당자 {phone} 통화"),
)


class Writer:
    """Makes up what is said, the same again for the same `seed`."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self._fill: dict[str, Callable[[], str]] = {
            "{thing}": _by_zipf(self.random, _THINGS),
            "{product}": self.product,
            "{order}": lambda: f"20{self.random.randrange(23, 27)}{self.random.randrange(10**8):08d}",
            "{phone}": self.phone,
            "{city}": _by_zipf(self.random, _CITIES),
            "{money}": lambda: f"{self.random.randrange(5, 400) * 500:,}",
            "{points}": lambda: str(self.random.randrange(1, 99) * 100),
            "{courier}": _by_zipf(self.random, _COURIERS),
            "{invoice}": lambda: str(self.random.randrange(10**11, 10**12)),
            "{name}": self.name,
            "{model}": _by_zipf(self.random, _MODELS),
            "{part}": _by_zipf(self.random, _PARTS),
        }
        self._style, self._thing = _by_zipf(self.random, _STYLES), _by_zipf(self.random, _THINGS)
        self._customer, self._agent, self._note = (_Sentences(kind) for kind in (_CUSTOMER, _AGENT, _NOTE))

    def customer(self) -> str:
        """One to three sentences of a customer."""
        return self._say(self._customer, self.random.choice((1, 1, 2, 2, 3)))

    def agent(self) -> str:
        return self._say(self._agent, self.random.choice((1, 2, 2, 3)))

    def note(self) -> str:
        return self._say(self._note, 1)

    def product(self) -> str:
        """`빈티지 자개 협탁 K2931`: its first word is frequent, its number is not."""
        number = f" {self.random.choice('ABCDEFGHKMPRSTW')}{self.random.randrange(100, 9999)}"
        return f"{self._style()} {self._style()} {self._thing()}{number if self.random.random() < 0.3 else ''}"

    def name(self) -> str:
        pick = self.random.choice
        return pick(_SURNAMES) + pick(_FIRST) + pick(_SECOND)

    def phone(self) -> str:
        return f"010-{self.random.randrange(2000, 9999)}-{self.random.randrange(10_000):04d}"

    def _say(self, sentences: "_Sentences", count: int) -> str:
        return " ".join(self._filled(parts) for parts in sentences.pick(self.random, count))

    def _filled(self, parts: Sequence[str]) -> str:
        fill = self._fill
        return "".join(fill[part]() if part in fill else part for part in parts)


class _Sentences:
    """Sentences by how often they are said, cut at their gaps."""

    def __init__(self, weighted: Sequence[tuple[int, str]]) -> None:
        self._weights = list(accumulate(weight for weight, _ in weighted))
        self._parts = [_cut(text) for _, text in weighted]

    def pick(self, random: Random, count: int) -> list[list[str]]:
        return random.choices(self._parts, cum_weights=self._weights, k=count)


def _cut(text: str) -> list[str]:
    """`주문 {order} 확인` in its parts: `주문 `, `{order}`, ` 확인`."""
    parts = text.replace("{", "\0{").replace("}", "}\0").split("\0")
    return [part for part in parts if part]


def _by_zipf(random: Random, words: Sequence[str]) -> Callable[[], str]:
    """The n-th word is said 1/n times as often as the first."""
    weights = list(accumulate(1 / place for place in range(1, len(words) + 1)))
    return lambda: random.choices(words, cum_weights=weights)[0]
