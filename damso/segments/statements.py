"""The SQL by which leaves are worked out. Each takes leaves as rows ($1), pairs of leaf and customer ($2, $3), and the
time ($4), and gives `leaf_id, customer_id, holds, next_change_at`.

`at` is when an event happened, clamped to when it reached us. Of the log, only the months that a window reaches into
are read: what happened after an instant was also recorded after it.
"""

from damso.segments.calendar import DAY_PATTERN

AT = "least(e.occurred_at, e.recorded_at)"

PAIRS = "pair AS (SELECT leaf_id, customer_id FROM unnest($2::bigint[], $3::uuid[]) AS p(leaf_id, customer_id))"

BOUNDS = """
    coalesce($4::timestamptz - make_interval(secs => last), '-infinity') AS since,
    CASE WHEN before > 0 THEN $4::timestamptz - make_interval(secs => before) ELSE 'infinity' END AS until,
    make_interval(secs => last) AS stays, make_interval(secs => before) AS waits
"""
"""The window of a leaf around now: `since` < at <= `until`."""

THEIRS = """identity i JOIN {stream}_event e ON e.identity_id = i.id
        WHERE i.customer_id = p.customer_id AND e.name = l.name AND e.occurred_at > l.since AND e.recorded_at > l.since
            AND (l.path IS NULL OR jsonb_path_match(e.properties, l.path, '{{}}', true))"""


def performed(stream: str) -> str:
    """The newest `times` events decide: there are so many, and the oldest of them is the first to leave."""
    theirs = THEIRS.format(stream=stream)
    return f"""
WITH leaf AS MATERIALIZED (
    SELECT *, {BOUNDS} FROM jsonb_to_recordset($1)
        AS l(id bigint, name text, path jsonpath, last bigint, before bigint, times bigint)
), {PAIRS}
SELECT p.leaf_id, p.customer_id, h.n >= l.times AS holds,
    least(CASE WHEN h.n >= l.times THEN h.nth + l.stays END, w.at + l.waits) AS next_change_at
FROM pair p JOIN leaf l ON l.id = p.leaf_id CROSS JOIN LATERAL (
    SELECT count(*) AS n, min(at) AS nth FROM (
        SELECT {AT} AS at FROM {theirs} AND {AT} <= l.until ORDER BY 1 DESC LIMIT l.times
    ) newest
) h LEFT JOIN LATERAL (
    SELECT min({AT}) AS at FROM {theirs} AND l.before > 0 AND {AT} > l.until
) w ON l.before > 0
"""


def total(stream: str) -> str:
    """Whatever leaves the window changes the sum."""
    theirs = THEIRS.format(stream=stream)
    return f"""
WITH leaf AS MATERIALIZED (
    SELECT *, {BOUNDS} FROM jsonb_to_recordset($1)
        AS l(id bigint, name text, path jsonpath, last bigint, before bigint, property text, amount float8)
), {PAIRS}
SELECT p.leaf_id, p.customer_id, coalesce(h.sum, 0) >= l.amount::numeric AS holds,
    least(h.oldest + l.stays, h.coming + l.waits) AS next_change_at
FROM pair p JOIN leaf l ON l.id = p.leaf_id CROSS JOIN LATERAL (
    SELECT sum(amount) FILTER (WHERE at <= l.until) AS sum, min(at) FILTER (WHERE at <= l.until) AS oldest,
        min(at) FILTER (WHERE at > l.until) AS coming
    FROM (
        SELECT {AT} AS at, CASE WHEN jsonb_typeof(e.properties -> l.property) = 'number'
            AND abs((e.properties -> l.property)::numeric) <= 1e15
            THEN round((e.properties -> l.property)::numeric, 6) END AS amount
        FROM {theirs}
    ) events WHERE amount IS NOT NULL
) h
"""


def occurrence(stream: str, which: str) -> str:
    """The first or last event of the name is found first, then asked about."""
    order = "ASC" if which == "first" else "DESC"
    return f"""
WITH leaf AS MATERIALIZED (
    SELECT *, {BOUNDS} FROM jsonb_to_recordset($1) AS l(id bigint, name text, path jsonpath, last bigint,
        before bigint)
), {PAIRS}
SELECT p.leaf_id, p.customer_id, fits AND h.at > l.since AND h.at <= l.until AS holds,
    CASE WHEN NOT fits OR h.at <= l.since THEN NULL WHEN h.at > l.until THEN h.at + l.waits ELSE h.at + l.stays END
        AS next_change_at
FROM pair p JOIN leaf l ON l.id = p.leaf_id CROSS JOIN LATERAL (
    SELECT {AT} AS at, (l.path IS NULL OR jsonb_path_match(e.properties, l.path, '{{}}', true)) AS fits
    FROM identity i JOIN {stream}_event e ON e.identity_id = i.id
    WHERE i.customer_id = p.customer_id AND e.name = l.name ORDER BY 1 {order}, e.id {order} LIMIT 1
) h
"""


def _marked(streams: tuple[str, ...], marks: tuple[str, ...], beyond: str) -> str:
    """Events of a customer that are one of a leaf's steps, in their order, and which of them each is."""
    names = ", ".join(f"l.{mark}_name" for mark in marks)
    flags = ", ".join(
        f"coalesce(e.stream = l.{mark}_stream AND e.name = l.{mark}_name"
        f" AND (l.{mark}_path IS NULL OR jsonb_path_match(e.properties, l.{mark}_path, '{{}}', true)), false)"
        f" AS is_{mark}"
        for mark in marks
    )
    events = " UNION ALL ".join(
        f"""SELECT '{stream}' AS stream, e.name, e.properties, e.id, {AT} AS at
            FROM identity i JOIN {stream}_event e ON e.identity_id = i.id
            WHERE i.customer_id = p.customer_id AND e.name IN ({names})
                AND e.occurred_at > l.since - {beyond} AND e.recorded_at > l.since - {beyond}"""
        for stream in streams
    )
    return f"""SELECT at, row_number() OVER (ORDER BY at, stream, e.id) AS place, {flags} FROM ({events}) e"""


_STEPS = """id bigint, last bigint, before bigint, within bigint, first_stream text, first_name text,
        first_path jsonpath, then_stream text, then_name text, then_path jsonpath, without_stream text,
        without_name text, without_path jsonpath"""


def sequence(streams: tuple[str, ...]) -> str:
    """Only the last `first` before a `then` matters: an earlier one is further away, with all between that it has."""
    before = "OVER (ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    return f"""
WITH leaf AS MATERIALIZED (
    SELECT *, {BOUNDS}, make_interval(secs => within) AS apart FROM jsonb_to_recordset($1) AS l({_STEPS})
), {PAIRS}
SELECT p.leaf_id, p.customer_id, h.newest IS NOT NULL AS holds, h.newest + l.stays AS next_change_at
FROM pair p JOIN leaf l ON l.id = p.leaf_id CROSS JOIN LATERAL (
    SELECT max(at) AS newest FROM (
        SELECT at, is_then, max(at) FILTER (WHERE is_first) {before} AS first_at,
            max(place) FILTER (WHERE is_first) {before} AS first_place,
            max(place) FILTER (WHERE is_without) {before} AS without_place
        FROM ({_marked(streams, ("first", "then", "without"), "l.apart")}) marked
    ) seen
    WHERE is_then AND at > l.since AND at <= first_at + l.apart AND coalesce(without_place <= first_place, true)
) h
"""


def not_followed(streams: tuple[str, ...]) -> str:
    """A `first` is ripe when its wait is over and no `then` came; one that still waits may be so later."""
    after = "OVER (ORDER BY place ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)"
    return f"""
WITH leaf AS MATERIALIZED (
    SELECT *, {BOUNDS}, make_interval(secs => within) AS apart FROM jsonb_to_recordset($1) AS l({_STEPS})
), {PAIRS}
SELECT p.leaf_id, p.customer_id, h.ripe IS NOT NULL AS holds, least(h.ripe + l.stays, h.waiting) AS next_change_at
FROM pair p JOIN leaf l ON l.id = p.leaf_id CROSS JOIN LATERAL (
    SELECT max(at) FILTER (WHERE at + l.apart <= $4) AS ripe,
        min(at + l.apart) FILTER (WHERE at + l.apart > $4) AS waiting
    FROM (
        SELECT at, is_first, min(at) FILTER (WHERE is_then) {after} AS then_at
        FROM ({_marked(streams, ("first", "then"), "interval '0'")}) marked
    ) seen
    WHERE is_first AND at > l.since AND coalesce(then_at > at + l.apart, true)
) h
"""


TRAIT = f"""
WITH leaf AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($1) AS l(id bigint, key text, path jsonpath)), {PAIRS}
SELECT p.leaf_id, p.customer_id, coalesce(jsonb_path_match(h.value, l.path, '{{}}', true), false) AS holds,
    NULL::timestamptz AS next_change_at
FROM pair p JOIN leaf l ON l.id = p.leaf_id CROSS JOIN LATERAL (
    SELECT t.value FROM identity i JOIN trait_change t ON t.identity_id = i.id
    WHERE i.customer_id = p.customer_id AND t.key = l.key AND $4::timestamptz IS NOT NULL
    ORDER BY coalesce(t.said_at, t.at) DESC, t.id DESC LIMIT 1
) h
"""

IDENTITY = f"""
WITH leaf AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($1) AS l(id bigint, kinds text[], proven boolean)), {PAIRS}
SELECT p.leaf_id, p.customer_id, EXISTS (
    SELECT FROM identity i WHERE i.customer_id = p.customer_id AND i.kind = ANY (l.kinds)
        AND (NOT l.proven OR i.proof IN ('proven', 'authenticated')) AND $4::timestamptz IS NOT NULL
) AS holds, NULL::timestamptz AS next_change_at
FROM pair p JOIN leaf l ON l.id = p.leaf_id
"""

CONVERSATION = f"""
WITH leaf AS MATERIALIZED (
    SELECT *, make_interval(secs => seconds) AS patience
    FROM jsonb_to_recordset($1) AS l(id bigint, waiting boolean, seconds bigint)
), {PAIRS}
SELECT p.leaf_id, p.customer_id, coalesce(h.since + l.patience <= $4, false) AS holds,
    CASE WHEN h.since + l.patience > $4 THEN h.since + l.patience END AS next_change_at
FROM pair p JOIN leaf l ON l.id = p.leaf_id CROSS JOIN LATERAL (
    SELECT min(CASE WHEN l.waiting THEN c.waiting_since ELSE c.created_at END) AS since
    FROM identity i JOIN conversation c ON c.anchor_identity_id = i.id
    WHERE i.customer_id = p.customer_id AND c.joined_into IS NULL
        AND CASE WHEN l.waiting THEN c.waiting_since IS NOT NULL ELSE c.status <> 'resolved' END
) h
"""

ZONES = """
SELECT DISTINCT coalesce(c.timezone, n.timezone, 'UTC') FROM customer c LEFT JOIN installation n ON true
WHERE c.id = ANY ($1)
"""

ANNIVERSARY = f"""
WITH leaf AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($1) AS l(id bigint, key text)), {PAIRS},
turn AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($5) AS t(leaf_id bigint, zone text, day text, holds boolean, next_at timestamptz)
)
SELECT p.leaf_id, p.customer_id, coalesce(t.holds, false) AS holds, t.next_at AS next_change_at
FROM pair p JOIN leaf l ON l.id = p.leaf_id JOIN customer c ON c.id = p.customer_id
LEFT JOIN installation n ON $4::timestamptz IS NOT NULL CROSS JOIN LATERAL (
    SELECT v.value #>> '{{}}' AS day FROM identity i JOIN trait_change v ON v.identity_id = i.id
    WHERE i.customer_id = p.customer_id AND v.key = l.key
    ORDER BY coalesce(v.said_at, v.at) DESC, v.id DESC LIMIT 1
) h LEFT JOIN turn t ON t.leaf_id = l.id AND t.zone = coalesce(c.timezone, n.timezone, 'UTC')
    AND h.day ~ '{DAY_PATTERN}' AND t.day = right(h.day, 5)
"""

CONSENT = f"""
WITH leaf AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1) AS l(id bigint, purpose text, channel text, state text)
), {PAIRS}
SELECT p.leaf_id, p.customer_id, true AS holds, NULL::timestamptz AS next_change_at
FROM pair p JOIN leaf l ON l.id = p.leaf_id AND $4::timestamptz IS NOT NULL
JOIN jsonb_to_recordset($5) AS s(customer_id uuid, purpose text, channel text, state text)
    ON s.customer_id = p.customer_id AND s.purpose = l.purpose AND s.channel = l.channel AND s.state = l.state
"""
"""How a consent stands is reckoned where the ledger is, and nowhere else; here it is only joined ($5)."""

RFM_FITS = """(l.groups = '{}' OR s.grouped = ANY (l.groups)) AND (l.recency = '{}' OR s.recency = ANY (l.recency))
    AND (l.frequency = '{}' OR s.frequency = ANY (l.frequency))
    AND (l.monetary = '{}' OR s.monetary = ANY (l.monetary)) AND (l.value = '{}' OR s.value = ANY (l.value))"""
"""That a score `s` is as a leaf `l` asks."""

RFM = f"""
WITH leaf AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1) AS l(id bigint, groups text[], recency int[], frequency int[], monetary int[],
        value int[])
), {PAIRS}
SELECT p.leaf_id, p.customer_id, true AS holds, NULL::timestamptz AS next_change_at
FROM pair p JOIN leaf l ON l.id = p.leaf_id AND $4::timestamptz IS NOT NULL
JOIN rfm_score s ON s.customer_id = p.customer_id
WHERE {RFM_FITS}
"""
