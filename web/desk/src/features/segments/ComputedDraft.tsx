import { ApiError, type Computation as Stored } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton } from "@damso/ui";
import { useQuery } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";
import { PersonLine } from "./PersonLine.tsx";
import { computedDraftQuery } from "./queries.ts";
import type { Computation } from "./rule.ts";
import classes from "./segments.module.css";
import { useFigure } from "./useFigure.ts";

/** What a computation comes to for some customers, as it stands. */
export function ComputedDraft({ computation }: { computation: Computation }) {
  const { t } = useText();
  const figure = useFigure();
  const query = useQuery({
    ...computedDraftQuery(computation as unknown as Stored),
    enabled: computation.event.name.trim() !== "",
  });
  const idle = query.isPending && query.fetchStatus === "idle";
  const unfinished = idle || (query.error instanceof ApiError && query.error.code === "RULE_INVALID");
  const found = query.isError ? undefined : query.data;
  return (
    <aside className={classes.draft} aria-label={t("computed.samples")} aria-busy={query.isFetching}>
      <h2 className={classes.draftTitle}>{t("computed.samples")}</h2>
      {query.isLoading && <Skeleton label={t("state.loading")} rows={4} />}
      {unfinished && <p className="muted">{t("computed.unfinished")}</p>}
      {query.isError && !unfinished && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {found && <p className={classes.sentence}>{found.sentence}</p>}
      {found?.sample.length === 0 && <p className="muted">{t("computed.nobody")}</p>}
      <ul>
        {found?.sample.map((one) => (
          <li key={one.person.customer_id} className={classes.person}>
            <PersonLine person={one.person} />
            <div className={classes.worked}>
              <span className="num cut">{figure(one.worked)}</span>
              <span className="small muted">{t("computed.from", { events: one.worked.events })}</span>
            </div>
          </li>
        ))}
      </ul>
    </aside>
  );
}
