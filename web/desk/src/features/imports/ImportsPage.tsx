import { api, type Import, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton, StateMark, Time } from "@damso/ui";
import { IconPackageImport } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import { Page } from "../settings/Page.tsx";
import settings from "../settings/settings.module.css";
import { isActive, productText, toneOf } from "./importText.ts";
import { NewImport } from "./NewImport.tsx";

const LOOK_EVERY = 2_000;

/** Moving here from another help desk: begin, and what was brought in. */
export function ImportsPage() {
  const { t } = useText();
  const query = useQuery({
    queryKey: keys.imports,
    queryFn: api.imports.list,
    refetchInterval: ({ state }) => (state.data?.some(isActive) ? LOOK_EVERY : false),
  });
  return (
    <Page title={t("settings.import")} lead={t("import.lead")}>
      <NewImport busy={query.data?.some(isActive) ?? false} />
      <section className={settings.section}>
        <h3 className={settings.sectionTitle}>{t("import.history")}</h3>
        {query.isPending && <Skeleton label={t("state.loading")} />}
        {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
        {query.data?.length === 0 && (
          <EmptyState icon={<IconPackageImport size={32} stroke={1.4} />} title={t("import.none")}>
            {t("import.noneText")}
          </EmptyState>
        )}
        <ul className={settings.rows} hidden={!query.data?.length}>
          {query.data?.map((job) => (
            <ImportRow key={job.id} job={job} />
          ))}
        </ul>
      </section>
    </Page>
  );
}

function ImportRow({ job }: { job: Import }) {
  const { t } = useText();
  return (
    <li>
      <Link
        to="/settings/import/$importId"
        params={{ importId: job.id }}
        className={`${settings.row} ${settings.rowLink}`}
      >
        <div className={settings.rowBody}>
          <div className="cut">
            {productText(job.product, t)} · {job.name}
          </div>
          <div className="small muted cut">
            {job.begun_by || t("import.fromCommandLine")} · <Time at={job.created_at} />
          </div>
        </div>
        <StateMark tone={toneOf(job.state)}>{t(`import.state.${job.state}`)}</StateMark>
      </Link>
    </li>
  );
}
