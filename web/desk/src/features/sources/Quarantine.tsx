import { api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton, toast, toastError } from "@damso/ui";
import { Button, Checkbox } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { EventRow, pretty } from "./EventRow.tsx";
import classes from "./sources.module.css";

/** What was not taken: to be sent in again once the reason is mended, or thrown away. */
export function Quarantine({ sourceId }: { sourceId: string }) {
  const { t } = useText();
  const client = useQueryClient();
  const query = useQuery({
    queryKey: keys.sourceRefused(sourceId),
    queryFn: () => api.sources.refused(sourceId),
  });
  const [chosen, setChosen] = useState<number[]>([]);
  const renew = () => {
    setChosen([]);
    void client.invalidateQueries({ queryKey: keys.source(sourceId) });
  };
  const replay = useMutation({
    mutationFn: () => api.sources.replay(sourceId, chosen),
    onSuccess: (done) => {
      toast(t("sources.replayed", done));
      renew();
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  const discard = useMutation({
    mutationFn: () => api.sources.discard(sourceId, chosen),
    onSuccess: renew,
    onError: (error) => toastError(messageOf(error, t)),
  });
  const items = query.data?.items ?? [];
  if (query.isPending) return <Skeleton label={t("state.loading")} />;
  if (query.isError) return <Notice tone="danger">{messageOf(query.error, t)}</Notice>;
  if (items.length === 0)
    return (
      <EmptyState icon={<IconShieldCheck size={32} stroke={1.4} />} title={t("sources.noneRefused")}>
        {t("sources.noneRefusedText")}
      </EmptyState>
    );
  return (
    <>
      <p className="small muted" style={{ marginBottom: 12 }}>
        {t("sources.refusedLead")}
      </p>
      <div className={classes.tools}>
        <Checkbox
          label={t("sources.chooseAll")}
          checked={chosen.length === items.length}
          indeterminate={chosen.length > 0 && chosen.length < items.length}
          onChange={(event) => setChosen(event.currentTarget.checked ? items.map((one) => one.id) : [])}
        />
        <Button
          size="xs"
          disabled={!chosen.length}
          loading={replay.isPending}
          onClick={() => replay.mutate()}
        >
          {t("sources.replay")}
        </Button>
        <Button
          size="xs"
          variant="subtle"
          color="red"
          disabled={!chosen.length}
          loading={discard.isPending}
          onClick={() => {
            if (window.confirm(t("sources.discardAsk", { count: chosen.length }))) discard.mutate();
          }}
        >
          {t("action.delete")}
        </Button>
      </div>
      <ul>
        {items.map((event) => (
          <EventRow
            key={event.id}
            at={event.received_at}
            name={event.name || event.call || t("sources.nameless")}
            tone="danger"
            verdict={[event.reason, event.detail].filter(Boolean).join(" · ")}
            json={pretty(event.body)}
            before={
              <Checkbox
                aria-label={event.name || event.code}
                checked={chosen.includes(event.id)}
                onChange={(change) =>
                  setChosen(
                    change.currentTarget.checked
                      ? [...chosen, event.id]
                      : chosen.filter((one) => one !== event.id),
                  )
                }
              />
            }
          />
        ))}
      </ul>
    </>
  );
}
