"""Monthly partitions, made as time goes by.

Revision: 0002
Follows: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"

# A partition is created beside its parent and attached, which locks the parent less than CREATE … PARTITION OF.
MAKE_ONE = """
CREATE FUNCTION damso_make_partition(parent text, moment timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    first timestamptz := date_trunc('month', moment, 'UTC');
    child text := parent || to_char(first AT TIME ZONE 'UTC', '"_p"YYYY_MM');
BEGIN
    IF to_regclass(child) IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('damso_make_partition'));
        IF to_regclass(child) IS NULL THEN
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child, parent);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                parent, child, first, first + interval '1 month');
        END IF;
    END IF;
    RETURN child;
END $$
"""

MAKE_ALL = """
CREATE FUNCTION damso_make_partitions(since timestamptz, until timestamptz) RETURNS void LANGUAGE sql AS $$
    SELECT damso_make_partition(parent, month)
    FROM unnest(ARRAY['care_event', 'tracked_event', 'search_entry']) AS parent,
        generate_series(date_trunc('month', since, 'UTC'), until, interval '1 month', 'UTC') AS month
$$
"""


def upgrade() -> None:
    op.execute(MAKE_ONE)
    op.execute(MAKE_ALL)
