import type { Id } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconButton } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconUsersGroup, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { draftQuery, segmentsQuery } from "../segments/queries.ts";
import type { Filter } from "./FilterDrawer.tsx";
import classes from "./filter.module.css";

interface Props {
  filter: Filter;
  onEdit: () => void;
  onClear: () => void;
}

/** What the list is narrowed to, and how many that are. */
export function FilterBar({ filter, onEdit, onClear }: Props) {
  const { t } = useText();
  return (
    <div className={classes.bar}>
      <IconUsersGroup size={16} stroke={1.6} aria-hidden="true" />
      {filter.segment ? <OfSegment id={filter.segment} /> : <OfRule filter={filter} />}
      <Button data-size="small" variant="subtle" onClick={onEdit}>
        {t("narrow.change")}
      </Button>
      <IconButton label={t("narrow.clear")} size={24} onClick={onClear}>
        <IconX size={14} />
      </IconButton>
    </div>
  );
}

function OfSegment({ id }: { id: Id }) {
  const { t, format } = useText();
  const { data } = useQuery(segmentsQuery);
  const segment = data?.find((one) => one.id === id);
  return (
    <p className="grow cut">
      <Link to="/segments/$segmentId" params={{ segmentId: id }}>
        {segment?.name ?? t("rule.segment")}
      </Link>
      {segment && <Counted>{t("draft.exact", { members: format.number(segment.members) })}</Counted>}
    </p>
  );
}

function OfRule({ filter }: { filter: Filter }) {
  const { t, format } = useText();
  const { data, isError } = useQuery({
    ...draftQuery(filter.rule ?? { kind: "and", rules: [] }),
    enabled: Boolean(filter.rule),
  });
  if (!data || isError) return <p className="grow" />;
  const members = format.number(data.members);
  return (
    <p className="grow cut" title={data.sentence}>
      {data.sentence}
      <Counted>{t(data.exact ? "draft.exact" : "draft.about", { members })}</Counted>
    </p>
  );
}

function Counted({ children }: { children: string }) {
  return <span className={`${classes.count} num`}>{children}</span>;
}
