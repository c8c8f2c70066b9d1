import { api, type Inbox, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconButton, Notice, Time, toast, toastError } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconDownload, IconReload } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";
import { useDownload } from "../records/useDownload.tsx";
import classes from "./settings.module.css";

/** What came in and could not be read: why, and the way to try again once it is mended. */
export function DeliveryLog({ inbox }: { inbox: Inbox }) {
  const { t, format } = useText();
  const client = useQueryClient();
  const download = useDownload();
  const query = useInfiniteQuery({
    queryKey: keys.deliveries(inbox.id, "parked"),
    queryFn: ({ pageParam }) =>
      api.channels.deliveries({ inbox_id: inbox.id, state: "parked", cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    enabled: inbox.health.parked > 0,
  });
  const settled = () => {
    void client.invalidateQueries({ queryKey: ["deliveries", inbox.id] });
    void client.invalidateQueries({ queryKey: keys.inboxes });
  };
  const replay = useMutation({
    mutationFn: api.channels.replay,
    onSuccess: () => toast(t("deliveries.replaying")),
    onError: (error) => toastError(messageOf(error, t)),
    onSettled: settled,
  });
  const replayAll = useMutation({
    mutationFn: () => api.channels.replayAll(inbox.id),
    onSuccess: ({ replayed }) => toast(t("deliveries.replayed", { count: replayed })),
    onError: (error) => toastError(messageOf(error, t)),
    onSettled: settled,
  });
  if (inbox.health.parked === 0) return null;
  const lines = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className={classes.section}>
      <div className={classes.head}>
        <div className="grow">
          <h2 className={classes.sectionTitle}>{t("deliveries.title")}</h2>
          <p className="muted">{t("deliveries.lead")}</p>
        </div>
        <Button loading={replayAll.isPending} onClick={() => replayAll.mutate()}>
          {t("deliveries.replayAll")}
        </Button>
      </div>
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      <div className={classes.scrollX}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t("deliveries.received")}</th>
              <th scope="col">{t("deliveries.reason")}</th>
              <th scope="col">{t("deliveries.size")}</th>
              <th scope="col">
                <span className="sr-only">{t("deliveries.actions")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.id}>
                <td style={{ whiteSpace: "nowrap" }}>
                  <Time at={line.received_at} as="moment" />
                </td>
                <td>
                  {line.reason}
                  {line.detail && <div className="small faint">{line.detail}</div>}
                </td>
                <td className="num" style={{ whiteSpace: "nowrap" }}>
                  {format.bytes(line.size)}
                </td>
                <td>
                  <span className={classes.actions} style={{ flexWrap: "nowrap" }}>
                    <IconButton label={t("deliveries.replay")} onClick={() => replay.mutate(line.id)}>
                      <IconReload size={16} stroke={1.6} />
                    </IconButton>
                    <IconButton
                      label={t("deliveries.raw")}
                      onClick={() =>
                        download.ask(`${line.id}.bin`, (reason) => api.channels.raw(line.id, reason))
                      }
                    >
                      <IconDownload size={16} stroke={1.6} />
                    </IconButton>
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {query.hasNextPage && (
        <Button variant="subtle" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          {t("action.more")}
        </Button>
      )}
      {download.dialog}
    </section>
  );
}
