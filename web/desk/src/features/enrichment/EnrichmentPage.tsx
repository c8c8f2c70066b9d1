import { api, type Enrichment, type EnrichmentService, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton, toastError } from "@damso/ui";
import { Button, Switch } from "@mantine/core";
import { IconPlus, IconWorldSearch } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { Page } from "../settings/Page.tsx";
import settings from "../settings/settings.module.css";
import { ServiceCard } from "./ServiceCard.tsx";
import { ServiceDialog } from "./ServiceDialog.tsx";

const LOOK_EVERY = 10_000;

/** What more is told of customers: by our own plugs, and by services that are asked. */
export function EnrichmentPage() {
  const { t } = useText();
  const query = useQuery({
    queryKey: keys.enrichment,
    queryFn: api.enrichment.state,
    refetchInterval: LOOK_EVERY,
  });
  return (
    <Page title={t("settings.enrichment")} lead={t("enrichment.lead")}>
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data && (
        <>
          <Plugs found={query.data} />
          <Services services={query.data.services} />
        </>
      )}
    </Page>
  );
}

function Plugs({ found }: { found: Enrichment }) {
  const { t } = useText();
  const client = useQueryClient();
  const turn = useMutation({
    mutationFn: ({ name, on }: { name: string; on: boolean }) => api.enrichment.switch(name, on),
    onSuccess: (state) => client.setQueryData(keys.enrichment, state),
    onError: (error) => toastError(messageOf(error, t)),
  });
  return (
    <section>
      <h3 className={settings.sectionTitle}>{t("enrichment.plugs")}</h3>
      <p className={settings.sectionLead}>{t("enrichment.plugsText")}</p>
      <ul className={settings.rows}>
        {found.plugs.map((plug) => (
          <li key={plug.name} className={settings.row}>
            <Switch
              label={plug.title}
              description={plug.traits.join(", ")}
              checked={plug.enabled}
              disabled={turn.isPending}
              onChange={(event) => turn.mutate({ name: plug.name, on: event.currentTarget.checked })}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Services({ services }: { services: EnrichmentService[] }) {
  const { t } = useText();
  const [making, setMaking] = useState(false);
  const add = (
    <Button leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => setMaking(true)}>
      {t("enrichment.new")}
    </Button>
  );
  return (
    <section className={settings.section}>
      <div className={settings.head}>
        <div className="grow">
          <h3 className={settings.sectionTitle}>{t("enrichment.services")}</h3>
          <p className="muted">{t("enrichment.servicesText")}</p>
        </div>
        {services.length > 0 && add}
      </div>
      {services.length === 0 && (
        <EmptyState
          icon={<IconWorldSearch size={32} stroke={1.4} />}
          title={t("enrichment.none")}
          action={add}
        >
          {t("enrichment.noneText")}
        </EmptyState>
      )}
      {services.map((one) => (
        <ServiceCard key={one.id} service={one} />
      ))}
      {making && <ServiceDialog onClose={() => setMaking(false)} />}
    </section>
  );
}
