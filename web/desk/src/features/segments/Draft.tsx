import { ApiError, type SegmentPreview, type SegmentRule } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton } from "@damso/ui";
import { useQuery } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";
import { PersonLine } from "./PersonLine.tsx";
import { draftQuery } from "./queries.ts";
import classes from "./segments.module.css";

/** How many customers the rule has as it stands, and some of them. */
export function Draft({ rule }: { rule: SegmentRule }) {
  const { t } = useText();
  const query = useQuery(draftQuery(rule));
  const unfinished = query.error instanceof ApiError && query.error.code === "RULE_INVALID";
  return (
    <aside className={classes.draft} aria-label={t("draft.title")} aria-busy={query.isFetching}>
      <h2 className={classes.draftTitle}>{t("draft.title")}</h2>
      {query.isPending && <Skeleton label={t("state.loading")} rows={4} />}
      {unfinished && <p className="muted">{t("draft.unfinished")}</p>}
      {query.isError && !unfinished && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data && !query.isError && <Found found={query.data} />}
    </aside>
  );
}

function Found({ found }: { found: SegmentPreview }) {
  const { t, format } = useText();
  const members = format.number(found.members);
  return (
    <>
      <p className={`${classes.figure} num`} aria-live="polite">
        {found.members === 0 ? t("draft.none") : t(found.exact ? "draft.exact" : "draft.about", { members })}
      </p>
      {!found.exact && (
        <p className="small muted">{t("draft.aboutText", { asked: format.number(found.asked) })}</p>
      )}
      <p className={classes.sentence}>{found.sentence}</p>
      {found.sample.length > 0 && (
        <>
          <h3 className={classes.draftTitle}>{t("draft.some")}</h3>
          <ul>
            {found.sample.map((one) => (
              <li key={one.customer_id} className={classes.person}>
                <PersonLine person={one} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
