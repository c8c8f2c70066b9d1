import { api, keys, type LakeState } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton, StateMark, Time } from "@damso/ui";
import { IconDatabase } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";
import { Page } from "../settings/Page.tsx";
import settings from "../settings/settings.module.css";
import { LakeDays } from "./LakeDays.tsx";
import { LakeSnippets } from "./LakeSnippets.tsx";
import { LakeTables } from "./LakeTables.tsx";
import classes from "./lake.module.css";

const LOOK_EVERY = 15_000;

/** The lake: how large and how fresh it is, what its tables mean, and how to ask it. */
export function LakePage() {
  const { t } = useText();
  const query = useQuery({ queryKey: keys.lake, queryFn: api.lake.state, refetchInterval: LOOK_EVERY });
  return (
    <Page title={t("settings.lake")} lead={t("lake.lead")} wide>
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data?.generation === 0 && (
        <EmptyState icon={<IconDatabase size={32} stroke={1.4} />} title={t("lake.none")}>
          {t("lake.noneText")}
        </EmptyState>
      )}
      {query.data && query.data.generation > 0 && <State state={query.data} />}
    </Page>
  );
}

function State({ state }: { state: LakeState }) {
  const { t } = useText();
  return (
    <>
      <Facts state={state} />
      {state.forgetting > 0 && (
        <Notice tone={state.late > 0 ? "danger" : "info"}>
          {t(state.late > 0 ? "lake.late" : "lake.forgetting", { count: state.forgetting })}
        </Notice>
      )}
      <section className={settings.section}>
        <h3 className={settings.sectionTitle}>{t("lake.days")}</h3>
        <LakeDays days={state.days} />
      </section>
      <section className={settings.section}>
        <h3 className={settings.sectionTitle}>{t("lake.tables")}</h3>
        <p className={settings.sectionLead}>{t("lake.tablesLead")}</p>
        <LakeTables tables={state.tables} />
      </section>
      <section className={settings.section}>
        <h3 className={settings.sectionTitle}>{t("lake.ask")}</h3>
        <p className={settings.sectionLead}>{t("lake.askLead")}</p>
        <LakeSnippets url={state.url} />
      </section>
    </>
  );
}

function Facts({ state }: { state: LakeState }) {
  const { t, format } = useText();
  return (
    <dl className={classes.facts}>
      <div>
        <dt>{t("lake.freshness")}</dt>
        <dd>
          <StateMark tone={state.lag > 0 ? "warn" : "ok"}>
            {state.lag > 0 ? t("lake.lag", { count: state.lag }) : t("lake.fresh")}
          </StateMark>
        </dd>
      </div>
      <div>
        <dt>{t("lake.events")}</dt>
        <dd className="tabular">{format.number(state.rows)}</dd>
      </div>
      <div>
        <dt>{t("lake.size")}</dt>
        <dd className="tabular">
          {format.bytes(state.bytes)} · {t("lake.files", { count: state.files })}
        </dd>
      </div>
      <div>
        <dt>{t("lake.written")}</dt>
        <dd>{state.written_at ? <Time at={state.written_at} /> : "–"}</dd>
      </div>
      <div>
        <dt>{t("lake.compacted")}</dt>
        <dd>{state.compacted_at ? <Time at={state.compacted_at} /> : "–"}</dd>
      </div>
      <div>
        <dt>{t("lake.renewed")}</dt>
        <dd>{state.renewed_at ? <Time at={state.renewed_at} /> : "–"}</dd>
      </div>
    </dl>
  );
}
