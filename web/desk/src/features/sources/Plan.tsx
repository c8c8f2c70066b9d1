import { api, keys, type PlanEntry, type Source } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, IconButton, Notice, Skeleton, Time, toastError } from "@damso/ui";
import { Button, Select } from "@mantine/core";
import { IconListCheck, IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import settings from "../settings/settings.module.css";
import { PlanDialog } from "./PlanDialog.tsx";
import classes from "./sources.module.css";

const EMPTY: PlanEntry["schema"] = { type: "object", properties: {}, required: [] };

/** What events should look like, and those that came without being planned. */
export function Plan({ source }: { source: Source }) {
  const { t, format } = useText();
  const client = useQueryClient();
  const query = useQuery({
    queryKey: keys.sourcePlan(source.id),
    queryFn: () => api.sources.plan(source.id),
  });
  const [editing, setEditing] = useState<PlanEntry | null>(null);
  const renew = () => void client.invalidateQueries({ queryKey: keys.source(source.id) });
  const policy = useMutation({
    mutationFn: (unplanned: Source["unplanned"]) => api.sources.patch(source.id, { unplanned }),
    onSuccess: renew,
    onError: (error) => toastError(messageOf(error, t)),
  });
  const remove = useMutation({
    mutationFn: (name: string) => api.sources.unplanEvent(source.id, name),
    onSuccess: renew,
    onError: (error) => toastError(messageOf(error, t)),
  });
  if (query.isPending) return <Skeleton label={t("state.loading")} />;
  if (query.isError) return <Notice tone="danger">{messageOf(query.error, t)}</Notice>;
  const { planned, seen } = query.data;
  const unknown = seen.filter((one) => !one.planned);
  return (
    <>
      <div className={classes.tools}>
        <Select
          label={t("sources.unplanned")}
          value={source.unplanned}
          allowDeselect={false}
          onChange={(chosen) => chosen && policy.mutate(chosen as Source["unplanned"])}
          data={(["allow", "report", "block"] as const).map((one) => ({
            value: one,
            label: t(`sources.unplanned.${one}`),
          }))}
        />
        <Button
          style={{ alignSelf: "flex-end" }}
          leftSection={<IconPlus size={16} stroke={1.8} />}
          onClick={() => setEditing({ name: "", schema: EMPTY, mode: "report" })}
        >
          {t("sources.planEvent")}
        </Button>
      </div>
      {planned.length === 0 && (
        <EmptyState icon={<IconListCheck size={32} stroke={1.4} />} title={t("sources.noPlan")}>
          {t("sources.noPlanText")}
        </EmptyState>
      )}
      <ul className={settings.rows} hidden={!planned.length}>
        {planned.map((one) => (
          <li key={one.name} className={settings.row}>
            <div className={settings.rowBody}>
              <div className="cut">{one.name}</div>
              <div className="small muted">{t(`sources.mode.${one.mode}`)}</div>
            </div>
            <IconButton label={t("sources.editEvent", { name: one.name })} onClick={() => setEditing(one)}>
              <IconPencil size={16} stroke={1.6} />
            </IconButton>
            <IconButton
              label={t("sources.unplanEvent", { name: one.name })}
              onClick={() => {
                if (window.confirm(t("sources.unplanAsk", { name: one.name }))) remove.mutate(one.name);
              }}
            >
              <IconTrash size={16} stroke={1.6} />
            </IconButton>
          </li>
        ))}
      </ul>
      {unknown.length > 0 && (
        <section style={{ marginTop: 28 }}>
          <h3 className={settings.sectionTitle}>{t("sources.unknown")}</h3>
          <p className={settings.sectionLead}>{t("sources.unknownText")}</p>
          <ul className={settings.rows}>
            {unknown.map((one) => (
              <li key={one.name} className={settings.row}>
                <div className={settings.rowBody}>
                  <div className="cut">{one.name}</div>
                  <div className="small muted">
                    {t("sources.times", { amount: format.number(one.count) })} · <Time at={one.last_at} />
                  </div>
                </div>
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => setEditing({ name: one.name, schema: EMPTY, mode: "report" })}
                >
                  {t("sources.toPlan")}
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {editing && <PlanDialog sourceId={source.id} entry={editing} onClose={() => setEditing(null)} />}
    </>
  );
}
