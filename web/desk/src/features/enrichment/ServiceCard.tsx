import { api, type EnrichmentService, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { ConfirmByName, Notice, Time, toast, toastError } from "@damso/ui";
import { Button, Switch } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import settings from "../settings/settings.module.css";
import classes from "./enrichment.module.css";
import { reasonText } from "./reasonText.ts";
import { ServiceDialog } from "./ServiceDialog.tsx";
import { TryService } from "./TryService.tsx";

/** One service: whether it is asked, what came of it, and what failed. */
export function ServiceCard({ service }: { service: EnrichmentService }) {
  const { t, format } = useText();
  const client = useQueryClient();
  const [open, setOpen] = useState<"edit" | "try" | "remove" | null>(null);
  const renew = () => void client.invalidateQueries({ queryKey: keys.enrichment });
  const onError = (error: Error) => toastError(messageOf(error, t));
  const turn = useMutation({
    mutationFn: (enabled: boolean) => api.enrichment.change(service.id, { enabled }),
    onSuccess: renew,
    onError,
  });
  const retry = useMutation({
    mutationFn: () => api.enrichment.retry(service.id),
    onSuccess: ({ count }) => {
      toast(t("enrichment.retrying", { count }));
      renew();
    },
    onError,
  });
  const remove = useMutation({
    mutationFn: () => api.enrichment.remove(service.id),
    onSuccess: renew,
    onError,
  });
  const figures = [
    ["done", service.done],
    ["nothing", service.nothing],
    ["refused", service.refused],
    ["waiting", service.waiting],
  ] as const;
  return (
    <article className={classes.card} aria-label={service.name}>
      <div className={classes.cardHead}>
        <div className="grow">
          <h4 className="bold">{service.name}</h4>
          <code className={`${classes.url} small muted`}>{service.url}</code>
        </div>
        <Switch
          aria-label={t("enrichment.asked", { name: service.name })}
          checked={service.enabled}
          disabled={turn.isPending}
          onChange={(event) => turn.mutate(event.currentTarget.checked)}
        />
      </div>
      <p className="small muted">
        {t("enrichment.needs", {
          purposes: service.purposes.map((one) => t(`enrichment.purpose.${one}`)).join(", "),
        })}
      </p>
      <dl className={classes.figures}>
        {figures.map(([state, count]) => (
          <div key={state}>
            <dt className="small muted">{t(`enrichment.state.${state}`)}</dt>
            <dd className="tabular">{format.number(count)}</dd>
          </div>
        ))}
      </dl>
      {service.failures.length > 0 && (
        <Notice tone="warn">
          <ul>
            {service.failures.map((one) => (
              <li key={one.reason}>
                {reasonText(one.reason, t)} · {t("enrichment.failures", { count: one.count })} ·{" "}
                <Time at={one.last_at} />
              </li>
            ))}
          </ul>
          <Button size="xs" variant="default" mt={8} loading={retry.isPending} onClick={() => retry.mutate()}>
            {t("enrichment.retry")}
          </Button>
        </Notice>
      )}
      <div className={settings.actions}>
        <Button variant="default" size="xs" onClick={() => setOpen("try")}>
          {t("enrichment.try")}
        </Button>
        <Button variant="subtle" size="xs" onClick={() => setOpen("edit")}>
          {t("action.edit")}
        </Button>
        <Button variant="subtle" size="xs" color="red" onClick={() => setOpen("remove")}>
          {t("action.delete")}
        </Button>
      </div>
      {open === "edit" && <ServiceDialog service={service} onClose={() => setOpen(null)} />}
      {open === "try" && <TryService service={service} onClose={() => setOpen(null)} />}
      {open === "remove" && (
        <ConfirmByName
          title={t("enrichment.remove")}
          name={service.name}
          ask={t("confirm.name", { name: service.name })}
          confirm={t("action.delete")}
          cancel={t("action.cancel")}
          onConfirm={() => remove.mutate()}
          onClose={() => setOpen(null)}
        >
          {t("enrichment.removeText")}
        </ConfirmByName>
      )}
    </article>
  );
}
