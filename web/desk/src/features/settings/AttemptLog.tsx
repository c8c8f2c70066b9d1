import { api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, StateMark, Time } from "@damso/ui";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";
import classes from "./settings.module.css";

/** Every try to hand an answer over to the other system, newest first. */
export function AttemptLog({ inboxId }: { inboxId: string }) {
  const { t, format } = useText();
  const query = useInfiniteQuery({
    queryKey: keys.attempts(inboxId),
    queryFn: ({ pageParam }) => api.channels.attempts(inboxId, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const lines = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className={classes.section}>
      <h2 className={classes.sectionTitle}>{t("attempts.title")}</h2>
      <p className={classes.sectionLead}>{t("attempts.lead")}</p>
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.isSuccess && lines.length === 0 && <p className="muted">{t("attempts.none")}</p>}
      {lines.length > 0 && (
        <div className={classes.scrollX}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t("attempts.at")}</th>
                <th scope="col">{t("attempts.outcome")}</th>
                <th scope="col">{t("attempts.try")}</th>
                <th scope="col">{t("attempts.took")}</th>
              </tr>
            </thead>
            <tbody>
              {lines.map((line) => (
                <tr key={line.id}>
                  <td>
                    <Time at={line.at} as="moment" />
                  </td>
                  <td>
                    <StateMark tone={line.error ? "danger" : "ok"}>
                      <span className="num">{line.status_code ?? ""}</span>{" "}
                      {line.error ?? t("attempts.taken")}
                    </StateMark>
                  </td>
                  <td className="num">{line.attempt}</td>
                  <td className="num">{format.number(line.duration_ms)} ms</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {query.hasNextPage && (
        <Button variant="subtle" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          {t("action.more")}
        </Button>
      )}
    </section>
  );
}
