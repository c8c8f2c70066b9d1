import { api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton, Time } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconBroadcast, IconPlus, IconServer, IconWorld } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { Page } from "../settings/Page.tsx";
import settings from "../settings/settings.module.css";
import { NewSourceDialog } from "./NewSourceDialog.tsx";

/** How often signs of life are looked at anew. */
const EVERY = 10_000;

export function SourcesPage() {
  const { t, format } = useText();
  const query = useQuery({ queryKey: keys.sources, queryFn: api.sources.list, refetchInterval: EVERY });
  const [creating, setCreating] = useState(false);
  const add = (
    <Button leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => setCreating(true)}>
      {t("sources.new")}
    </Button>
  );
  return (
    <Page
      title={t("settings.sources")}
      lead={t("sources.lead")}
      actions={query.data?.length ? add : undefined}
    >
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data?.length === 0 && (
        <EmptyState icon={<IconBroadcast size={32} stroke={1.4} />} title={t("sources.none")} action={add}>
          {t("sources.noneText")}
        </EmptyState>
      )}
      <ul className={settings.rows} hidden={!query.data?.length}>
        {query.data?.map((source) => (
          <li key={source.id}>
            <Link
              to={`/settings/sources/${source.id}` as never}
              className={`${settings.row} ${settings.rowLink}`}
            >
              <span className={settings.icon}>
                {source.kind === "browser" ? (
                  <IconWorld size={18} stroke={1.6} aria-hidden="true" />
                ) : (
                  <IconServer size={18} stroke={1.6} aria-hidden="true" />
                )}
              </span>
              <span className={settings.rowBody}>
                <span className="cut" style={{ display: "block" }}>
                  {source.name}
                </span>
                <span className="small muted cut" style={{ display: "block" }}>
                  {source.enabled ? t(`sources.kind.${source.kind}`) : t("sources.off")}
                  {source.waiting > 0 && ` · ${t("sources.waiting", { count: source.waiting })}`}
                </span>
              </span>
              <span className="small muted" style={{ textAlign: "end" }}>
                {source.last_at ? (
                  <>
                    <Time at={source.last_at} />
                    <br />
                    {t("sources.day", { amount: format.number(source.taken) })}
                  </>
                ) : (
                  t("sources.silent")
                )}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {creating && <NewSourceDialog onClose={() => setCreating(false)} />}
    </Page>
  );
}
