"""What is asked of the large lake: each question as a rule, and as SQL that somebody wrote by hand for DuckDB.

The SQL is what one would write who knows the files: `event`, `identity`, `trait` and `customer` are the lake's tables,
`{day}` is the first day that can matter, `{after}` the instant that the window begins at, `{now}` the one that it ends
at.
"""

from msgspec import Struct

from damso.segments import rule as r

DAY = 86_400


class Question(Struct, frozen=True, kw_only=True):
    """`days` is how far back it looks, of all its windows the longest."""

    name: str
    rule: r.Rule
    days: int
    sql: str


def _performed(name: str, days: int, times: int = 1, where: tuple[r.Condition, ...] = ()) -> r.Performed:
    return r.Performed(event=r.Step(name=name, where=where), window=r.Window(last=days * DAY), times=times)


_ADDED, _REMOVED, _ORDERED = (
    r.Step(name="Product Added"),
    r.Step(name="Product Removed"),
    r.Step(name="Order Completed"),
)
_STARTED = r.Step(name="Checkout Started")
_DEAR = r.Condition(property="price", op="gte", value=50_000)
_BOOKS = r.Condition(property="category", op="is", value="도서")

_IN_WINDOW = "e.day >= '{day}' AND least(e.occurred_at, e.recorded_at) > '{after}'"

QUESTIONS: tuple[Question, ...] = (
    Question(
        name="bought twice in 90 days, not in the last 30",
        rule=r.All(rules=(_performed("Order Completed", 90, 2), r.Not(rule=_performed("Order Completed", 30)))),
        days=90,
        sql=f"""SELECT i.customer_id FROM event e JOIN identity i ON i.id = e.identity_id
        WHERE {_IN_WINDOW} AND e.name = 'Order Completed'
        GROUP BY 1 HAVING count(*) >= 2
            AND max(least(e.occurred_at, e.recorded_at)) <= TIMESTAMPTZ '{{now}}' - INTERVAL 30 DAY""",
    ),
    Question(
        name="viewed goods of 50,000 won or more three times in 30 days",
        rule=_performed("Product Viewed", 30, 3, (_DEAR,)),
        days=30,
        sql=f"""SELECT i.customer_id FROM event e JOIN identity i ON i.id = e.identity_id
        WHERE {_IN_WINDOW} AND e.name = 'Product Viewed' AND (e.properties->>'price')::double >= 50000
        GROUP BY 1 HAVING count(*) >= 3""",
    ),
    Question(
        name="did not view a page in 60 days",
        rule=r.Not(rule=_performed("Page Viewed", 60)),
        days=60,
        sql=f"""SELECT id FROM customer WHERE merged_into IS NULL AND id NOT IN (
            SELECT i.customer_id FROM event e JOIN identity i ON i.id = e.identity_id
            WHERE {_IN_WINDOW} AND e.name = 'Page Viewed')""",
    ),
    Question(
        name="added, then ordered within the hour without removing, in 30 days",
        rule=r.Sequence(first=_ADDED, next=_ORDERED, without=_REMOVED, within=3600, window=r.Window(last=30 * DAY)),
        days=31,
        sql="""WITH seen AS (
            SELECT i.customer_id, e.name, least(e.occurred_at, e.recorded_at) AS happened, row_number() OVER (
                PARTITION BY i.customer_id ORDER BY least(e.occurred_at, e.recorded_at), e.id) AS place
            FROM event e JOIN identity i ON i.id = e.identity_id
            WHERE e.day >= '{day}' AND e.name IN ('Product Added', 'Product Removed', 'Order Completed')
        ), told AS (
            SELECT *, max(CASE WHEN name = 'Product Added' THEN happened END) OVER earlier AS added_at,
                max(CASE WHEN name = 'Product Added' THEN place END) OVER earlier AS added,
                max(CASE WHEN name = 'Product Removed' THEN place END) OVER earlier AS removed
            FROM seen WINDOW earlier AS (
                PARTITION BY customer_id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        )
        SELECT DISTINCT customer_id FROM told WHERE name = 'Order Completed'
            AND happened > TIMESTAMPTZ '{now}' - INTERVAL 30 DAY
            AND happened <= added_at + INTERVAL 1 HOUR AND (removed IS NULL OR removed < added)""",
    ),
    Question(
        name="began to check out in 14 days and did not order within the day",
        rule=r.NotFollowed(first=_STARTED, next=_ORDERED, within=DAY, window=r.Window(last=14 * DAY)),
        days=14,
        sql=f"""WITH seen AS (
            SELECT i.customer_id, e.name, least(e.occurred_at, e.recorded_at) AS happened, e.id
            FROM event e JOIN identity i ON i.id = e.identity_id
            WHERE {_IN_WINDOW} AND e.name IN ('Checkout Started', 'Order Completed')
        ), told AS (
            SELECT *, min(CASE WHEN name = 'Order Completed' THEN happened END) OVER later AS ordered_at
            FROM seen WINDOW later AS (
                PARTITION BY customer_id ORDER BY happened, id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
        )
        SELECT DISTINCT customer_id FROM told WHERE name = 'Checkout Started'
            AND happened + INTERVAL 1 DAY <= TIMESTAMPTZ '{{now}}'
            AND (ordered_at IS NULL OR ordered_at > happened + INTERVAL 1 DAY)""",
    ),
    Question(
        name="the first order ever was in the last 30 days, and of books",
        rule=r.Occurrence(
            which="first", event=r.Step(name="Order Completed", where=(_BOOKS,)), window=r.Window(last=30 * DAY)
        ),
        days=10_000,
        sql="""WITH first AS (
            SELECT i.customer_id,
                arg_min(e.properties->>'category', (least(e.occurred_at, e.recorded_at), e.id)) AS category,
                min(least(e.occurred_at, e.recorded_at)) AS happened
            FROM event e JOIN identity i ON i.id = e.identity_id WHERE e.name = 'Order Completed' GROUP BY 1
        )
        SELECT customer_id FROM first WHERE happened > TIMESTAMPTZ '{now}' - INTERVAL 30 DAY
            AND category = '도서'""",
    ),
    Question(
        name="ordered for 1,000,000 won or more in 180 days",
        rule=r.Total(event=_ORDERED, property="price", amount=1_000_000, window=r.Window(last=180 * DAY)),
        days=180,
        sql=f"""SELECT i.customer_id FROM event e JOIN identity i ON i.id = e.identity_id
        WHERE {_IN_WINDOW} AND e.name = 'Order Completed'
        GROUP BY 1 HAVING sum((e.properties->>'price')::decimal(38, 6)) >= 1000000""",
    ),
    Question(
        name="VIP with a proven phone or address, or three orders in 90 days and none refunded",
        rule=r.Any(
            rules=(
                r.All(
                    rules=(
                        r.HasTrait(key="grade", op="is", value="VIP"),
                        r.HasIdentity(kinds=("email", "phone"), proven=True),
                    )
                ),
                r.All(rules=(_performed("Order Completed", 90, 3), r.Not(rule=_performed("Order Refunded", 90)))),
            )
        ),
        days=90,
        sql=f"""SELECT customer_id FROM (
            SELECT i.customer_id, arg_max(t.value, (t.changed_at, t.id)) AS grade
            FROM trait t JOIN identity i ON i.id = t.identity_id WHERE t.key = 'grade' GROUP BY 1
        ) WHERE grade = '"VIP"' AND customer_id IN (SELECT customer_id FROM identity WHERE proof = 'proven')
        UNION
        SELECT i.customer_id FROM event e JOIN identity i ON i.id = e.identity_id
        WHERE {_IN_WINDOW} AND e.name IN ('Order Completed', 'Order Refunded')
        GROUP BY 1 HAVING count(*) FILTER (e.name = 'Order Completed') >= 3
            AND count(*) FILTER (e.name = 'Order Refunded') = 0""",
    ),
)
