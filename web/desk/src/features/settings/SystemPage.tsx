import { api, keys, type SystemState } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton, Time, toast, toastError } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { systemQuery } from "../../app/useSystem.ts";
import { GiveUpDialog, type Stopped } from "./GiveUpDialog.tsx";
import { Page } from "./Page.tsx";
import { StoppedRow } from "./StoppedRow.tsx";
import classes from "./settings.module.css";

/** What stands still, why, and what can be done about it. */
export function SystemPage() {
  const { t } = useText();
  const query = useQuery(systemQuery);
  return (
    <Page title={t("settings.system")} lead={t("system.lead")}>
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data && <State state={query.data} />}
    </Page>
  );
}

function State({ state }: { state: SystemState }) {
  const { t } = useText();
  const client = useQueryClient();
  const [givingUp, setGivingUp] = useState<Stopped | null>(null);
  const settled = () => void client.invalidateQueries({ queryKey: keys.system });
  const fail = (error: unknown) => toastError(messageOf(error, t));
  const retry = useMutation({
    mutationFn: async (one: Stopped): Promise<TextKey> => {
      if (one.kind === "item") return api.system.retryItem(one.id).then(() => "system.retrying");
      const { taken } = await api.system.retryFact(one.reader, one.place);
      return taken ? "system.taken" : "system.notTaken";
    },
    onSuccess: (said) => toast(t(said)),
    onError: fail,
    onSettled: settled,
  });
  const retryLane = useMutation({
    mutationFn: api.system.retryLane,
    onSuccess: ({ count }) => toast(t("system.retryingSome", { count })),
    onError: fail,
    onSettled: settled,
  });
  const items: Stopped[] = state.items.map((item) => ({ ...item, kind: "item" }));
  const facts: Stopped[] = state.facts.map((fact) => ({ ...fact, kind: "fact" }));
  const row = (one: Stopped) => (
    <StoppedRow
      key={one.kind === "item" ? one.id : `${one.reader} ${one.place}`}
      stopped={one}
      trying={retry.isPending && retry.variables === one}
      onRetry={() => retry.mutate(one)}
      onGiveUp={() => setGivingUp(one)}
    />
  );
  const crowded = [...new Map(state.items.map((item) => [item.lane, item.title]))].filter(
    ([lane]) => state.items.filter((item) => item.lane === lane).length > 1,
  );

  return (
    <>
      {state.well && (
        <EmptyState icon={<IconCircleCheck size={32} stroke={1.4} />} title={t("system.well")}>
          {t("system.wellText", { count: state.workers })}
        </EmptyState>
      )}
      {state.workers === 0 && <Notice tone="danger">{t("system.nobody")}</Notice>}
      {state.late.map((one) => (
        <Notice key={one.lane} tone="warn">
          {t("system.late", { work: one.title })} <Time at={one.since} as="span" />
        </Notice>
      ))}
      {state.behind.map((one) => (
        <Notice key={one.reader} tone="warn">
          {t("system.behind", { work: one.title, count: one.facts })}
        </Notice>
      ))}
      {items.length > 0 && (
        <section className={classes.section}>
          <h2 className={classes.sectionTitle}>{t("system.items", { count: state.items_count })}</h2>
          <p className={classes.sectionLead}>{t("system.itemsLead")}</p>
          <ul className={classes.rows}>{items.map(row)}</ul>
          <div className={classes.actions} style={{ marginTop: 12 }}>
            {crowded.map(([lane, work]) => (
              <Button key={lane} loading={retryLane.isPending} onClick={() => retryLane.mutate(lane)}>
                {t("system.retryAll", { work })}
              </Button>
            ))}
          </div>
          <More shown={items.length} all={state.items_count} />
        </section>
      )}
      {facts.length > 0 && (
        <section className={classes.section}>
          <h2 className={classes.sectionTitle}>{t("system.facts", { count: state.facts_count })}</h2>
          <p className={classes.sectionLead}>{t("system.factsLead")}</p>
          <ul className={classes.rows}>{facts.map(row)}</ul>
          <More shown={facts.length} all={state.facts_count} />
        </section>
      )}
      {givingUp && <GiveUpDialog stopped={givingUp} onClose={() => setGivingUp(null)} onDone={settled} />}
    </>
  );
}

function More({ shown, all }: { shown: number; all: number }) {
  const { t } = useText();
  return all > shown ? <p className="small muted">{t("system.more", { shown, all })}</p> : null;
}
