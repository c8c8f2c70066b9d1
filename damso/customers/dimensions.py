"""What analysts see of customers, in the lake."""

from collections.abc import Sequence

from damso.kernel.dimensions import Column, Dimension
from damso.kernel.i18n import Text

_IDENTITY = Column("identity_id", "number", Text("식별 정보. identity.id", "The identity: identity.id."))

CUSTOMER = Dimension(
    name="customer",
    title=Text("고객", "Customers"),
    table="customer",
    person=("customer", "id"),
    columns=(
        Column("id", "id", Text("고객 번호.", "Id of the customer.")),
        Column("name", "text", Text("화면에 보이는 이름.", "Name as shown."), personal=True),
        Column("name_source", "text", Text("이름을 누가 알려 줬는지.", "Who says that they are called so.")),
        Column("locale", "text", Text("언어.", "Language.")),
        Column("timezone", "text", Text("시간대.", "Time zone.")),
        Column(
            "merged_into",
            "id",
            Text(
                "합쳐진 고객. 비어 있으면 지금 보이는 고객이에요.",
                "The customer this one became part of; empty for those that are shown.",
            ),
        ),
        Column("created_at", "moment", Text("처음 알게 된 시각.", "When they were first known.")),
        Column("last_seen_at", "moment", Text("마지막으로 본 시각.", "When they were last seen.")),
    ),
)

IDENTITY = Dimension(
    name="identity",
    title=Text("식별 정보", "Identities"),
    table="identity",
    person=("identity", "id"),
    columns=(
        Column(
            "id",
            "number",
            Text(
                "식별 정보 번호. event.identity_id가 가리켜요.", "Number of the identity; event.identity_id names it."
            ),
        ),
        Column("kind", "text", Text("종류. 예: email, phone", "Kind, such as email or phone.")),
        Column("scope", "text", Text("값이 통하는 범위.", "Where the value is valid.")),
        Column("value", "text", Text("주소나 번호.", "The address or number."), personal=True),
        Column("name", "text", Text("채널이 알려 준 이름.", "Name that the channel gave."), personal=True),
        Column(
            "customer_id",
            "id",
            Text(
                "지금 누구의 것인지. 고객을 합치거나 나누면 바뀌어요.",
                "Whose it is now; merging and un-merging change it.",
            ),
        ),
        Column("proof", "text", Text("그 사람 것인지 어떻게 아는지.", "How we know that it is theirs.")),
        Column("source", "text", Text("어디서 왔는지.", "Where it came from.")),
        Column("bounced_at", "moment", Text("메일이 되돌아온 시각.", "When mail to it bounced.")),
        Column("first_seen_at", "moment", Text("처음 본 시각.", "When it was first seen.")),
        Column("last_seen_at", "moment", Text("마지막으로 본 시각.", "When it was last seen.")),
    ),
)

TRAIT = Dimension(
    name="trait",
    title=Text("속성", "Traits"),
    table="trait_change",
    person=("identity", "identity_id"),
    columns=(
        Column("id", "number", Text("번호.", "Number.")),
        _IDENTITY,
        Column("key", "text", Text("속성 이름.", "Name of the trait.")),
        Column(
            "value",
            "json",
            Text(
                "값(JSON). 키마다 changed_at이 가장 늦은 값이 지금 값이에요.",
                "Value as JSON; of each key the one with the latest changed_at holds now.",
            ),
            personal=True,
        ),
        Column("source", "text", Text("누가 알려 줬는지.", "Who said so.")),
        Column("changed_at", "moment", Text("언제부터인지.", "Since when."), sql="at"),
        Column(
            "said_at",
            "moment",
            Text(
                "보낸 쪽이 말한 시각. 있으면 changed_at보다 먼저예요.",
                "When its sender says it became so; goes before changed_at where there is one.",
            ),
        ),
    ),
)

LINK = Dimension(
    name="link",
    title=Text("식별 정보 연결 기록", "Links between identities"),
    table="link",
    person=("identity", "identity_id"),
    columns=(
        Column("id", "number", Text("번호.", "Number.")),
        Column(
            "kind",
            "text",
            Text(
                "link, unlink, merge, unmerge, separate",
                "link, unlink, merge, unmerge or separate.",
            ),
        ),
        Column(
            "strength", "text", Text("proven, asserted, matched, analytic", "proven, asserted, matched or analytic.")
        ),
        _IDENTITY,
        Column("other_id", "number", Text("이어진 다른 식별 정보.", "The other identity.")),
        Column("decided_at", "moment", Text("언제.", "When."), sql="at"),
        Column("revokes", "number", Text("되돌린 기록의 번호.", "Number of the entry it takes back.")),
    ),
)

LINK_SIDE = Dimension(
    name="link_side",
    title=Text("여러 명을 나눈 기록", "Sets that a link keeps apart"),
    table="link_side",
    person=("identity", "identity_id"),
    columns=(
        Column("link_id", "number", Text("연결 기록. link.id", "The entry: link.id.")),
        _IDENTITY,
        Column(
            "side",
            "number",
            Text(
                "0은 link.identity_id 쪽, 1은 link.other_id 쪽이에요. 두 쪽은 서로 다른 고객이에요.",
                "0 is the side of link.identity_id, 1 that of link.other_id: nobody of one is anybody of the other.",
            ),
        ),
    ),
)

COMPANY = Dimension(
    name="company",
    title=Text("회사", "Companies"),
    table="company",
    person=None,
    columns=(
        Column("id", "id", Text("회사 번호.", "Id of the company.")),
        Column("name", "text", Text("이름.", "Name.")),
        Column("traits", "json", Text("속성(JSON).", "Traits as JSON.")),
        Column("created_at", "moment", Text("만든 시각.", "When it was made.")),
    ),
)

COMPANY_MEMBER = Dimension(
    name="company_member",
    title=Text("회사 소속", "Who belongs to a company"),
    table="customer_company",
    person=("identity", "identity_id"),
    columns=(
        _IDENTITY,
        Column("company_id", "id", Text("회사. company.id", "The company: company.id.")),
        Column("role", "text", Text("맡은 일.", "What they do there."), personal=True),
        Column("source", "text", Text("어떻게 알았는지.", "How we know.")),
        Column("joined_at", "moment", Text("언제부터.", "Since when."), sql="at"),
        Column("left_at", "moment", Text("그만둔 시각.", "When they left.")),
    ),
)

CONSENT = Dimension(
    name="consent",
    title=Text("동의 원장", "The ledger of consents"),
    table="consent",
    person=("identity", "identity_id"),
    columns=(
        Column("id", "number", Text("번호. 적힌 순서예요.", "Number, in the order of entry.")),
        _IDENTITY,
        Column(
            "purpose",
            "text",
            Text(
                "목적: service, marketing, night_marketing, profiling, overseas, third_party",
                "Purpose: service, marketing, night_marketing, profiling, overseas or third_party.",
            ),
        ),
        Column("channel", "text", Text("채널. all이면 모든 채널.", "Channel; all for every one.")),
        Column("given", "yes_no", Text("동의하면 참, 철회하면 거짓.", "True: consented; false: withdrawn.")),
        Column("method", "text", Text("어떻게 말했는지.", "How they said so.")),
        Column(
            "said_at",
            "moment",
            Text("고객이 말한 시각. 가장 늦은 말이 지금 뜻이에요.", "When they said so; the newest word holds."),
            sql="at",
        ),
        Column("recorded_at", "moment", Text("Damso에 적힌 시각.", "When it was entered.")),
        Column("text_id", "id", Text("보여 준 문구의 번호.", "Id of the wording that was shown.")),
    ),
)

DIMENSIONS: Sequence[Dimension] = (CUSTOMER, IDENTITY, TRAIT, LINK, LINK_SIDE, COMPANY, COMPANY_MEMBER, CONSENT)
