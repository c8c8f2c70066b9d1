"""The page that tells what each role may do, made from `damso.team.access` so that it cannot say anything else."""

from damso.kernel.i18n import Text
from damso.team.access import PERMISSIONS, ROLES, Permission, Role

ROLE_NAMES: dict[Role, Text] = {
    "owner": Text("소유자", "owner"),
    "administrator": Text("관리자", "administrator"),
    "supervisor": Text("슈퍼바이저", "supervisor"),
    "agent": Text("상담원", "agent"),
    "marketer": Text("마케터", "marketer"),
    "analyst": Text("분석가", "analyst"),
    "read_only": Text("읽기 전용", "read-only"),
}

MEANINGS: dict[Permission, Text] = {
    "conversations.read": Text("상담 보기, 검색", "see and search conversations"),
    "conversations.write": Text("상담에 답하고 바꾸기", "answer conversations and change them"),
    "conversations.export": Text("상담 내보내기", "export conversations"),
    "customers.read": Text("고객 보기", "see customers"),
    "customers.write": Text("고객 등록, 수정", "add and change customers"),
    "customers.merge": Text("고객 합치기, 나누기", "join customers and take them apart"),
    "customers.export": Text("고객 내보내기", "export customers"),
    "customers.erase": Text("고객 정보 파기", "erase customers"),
    "segments.read": Text("세그먼트 보기", "see segments"),
    "segments.write": Text("세그먼트 만들기, 수정", "make and change segments"),
    "analytics.read": Text("웹·앱 분석 보기", "see web and app analytics"),
    "commerce.read": Text("상품, 주문 보기", "see products and orders"),
    "commerce.returns": Text("반품·교환 처리", "handle returns"),
    "commerce.counter": Text("매장 카운터: 방문, 판매, 반품", "the shop counter: visits, sales, returns"),
    "commerce.manage": Text("상품, 재고, 반품 정책", "set up products, stock and the policy of returns"),
    "channels.read": Text("채널, 브랜드 이름 보기", "see channels and brands"),
    "channels.manage": Text("채널 연결, 설정", "connect and set up channels"),
    "sources.manage": Text("이벤트 소스 설정, 들어온 이벤트 보기", "set up event sources and watch their events"),
    "team.read": Text("팀원, 팀 이름 보기", "see colleagues and teams"),
    "team.manage": Text("초대, 역할과 범위, 팀", "invite, give roles and limits, make teams"),
    "keys.manage": Text("API 키", "API keys"),
    "settings.manage": Text("브랜드, 회사 설정", "brands and settings of the company"),
    "audit.read": Text("감사 기록 보기", "read the audit log"),
    "access.review": Text("접속 기록 점검", "review who accessed personal data"),
    "secrets.reveal": Text("저장된 비밀 값 보기", "reveal stored secrets"),
}

HEAD = """# Rights

What each role may do. Made by `damso rights` from `damso/team/access.py`; a test fails when the two differ. Whatever is
not marked is refused. Limits (docs/adr/0018) take away from it, and nothing adds to it.

"""


def rights_page() -> str:
    """The whole page, in Markdown."""
    ordered = [permission for permission in MEANINGS if permission in PERMISSIONS]
    names = [f"{ROLE_NAMES[role].en} {ROLE_NAMES[role].ko}" for role in ROLES]
    lines = [["permission", "means", *names], ["---", "---", *([":-:"] * len(names))]]
    lines += [
        [
            f"`{permission}`",
            f"{MEANINGS[permission].en} · {MEANINGS[permission].ko}",
            *("●" if permission in may else "" for may in ROLES.values()),
        ]
        for permission in ordered
    ]
    return HEAD + "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
