import { api, type DryRun, keys, type RetentionView } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton, Time } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconHourglass } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";
import { Page } from "../settings/Page.tsx";
import settings from "../settings/settings.module.css";
import { HoldList } from "./HoldList.tsx";
import { RuleCard } from "./RuleCard.tsx";
import { RunList } from "./RunList.tsx";
import { recordsOf } from "./records.ts";
import classes from "./retention.module.css";
import { TechnicalList } from "./TechnicalList.tsx";

/** How long each kind of record is kept, what is over its time, and what was destroyed. */
export function RetentionPage() {
  const { t } = useText();
  const client = useQueryClient();
  const query = useQuery({ queryKey: keys.retentionRules, queryFn: api.retention.state });
  const look = useMutation({
    mutationFn: api.retention.dryRun,
    onSuccess: (dry_run: DryRun) =>
      client.setQueryData<RetentionView>(keys.retentionRules, (known) => known && { ...known, dry_run }),
  });
  const state = query.data;
  const cases = state?.rules.filter((rule) => !recordsOf(rule)) ?? [];
  const others = state?.rules.filter(recordsOf) ?? [];
  return (
    <Page
      wide
      title={t("settings.retention")}
      lead={t("retention.pageLead")}
      actions={
        <Button
          variant={state?.dry_run ? "default" : "filled"}
          loading={look.isPending}
          onClick={() => look.mutate()}
        >
          {t("retention.dryRun")}
        </Button>
      }
    >
      {query.isPending && <Skeleton label={t("state.loading")} rows={8} />}
      {(query.isError || look.isError) && (
        <Notice tone="danger" urgent>
          {messageOf(look.error ?? query.error, t)}
        </Notice>
      )}
      {state && !state.dry_run && (
        <EmptyState icon={<IconHourglass size={32} stroke={1.4} />} title={t("retention.unseen")}>
          {t("retention.unseenText")}
        </EmptyState>
      )}
      {state?.dry_run && (
        <p className="small muted" role="status">
          {t("retention.seenAt")} <Time at={state.dry_run.at} as="moment" />
        </p>
      )}
      {state && (
        <>
          <div className={classes.rules}>
            {cases.map((rule) => (
              <RuleCard key={rule.record_class} rule={rule} seen={state.dry_run} />
            ))}
          </div>
          <section className={settings.section}>
            <h3 className={settings.sectionTitle}>{t("retention.records")}</h3>
            <p className={settings.sectionLead}>{t("retention.recordsLead")}</p>
            <div className={classes.rules}>
              {others.map((rule) => (
                <RuleCard key={rule.record_class} rule={rule} seen={state.dry_run} />
              ))}
            </div>
          </section>
          <section className={settings.section}>
            <h3 className={settings.sectionTitle}>{t("retention.runs")}</h3>
            <p className={settings.sectionLead}>{t("retention.runsLead")}</p>
            <RunList runs={state.runs} />
          </section>
          <HoldList holds={state.holds} />
          <TechnicalList rules={state.technical} months={state.records_months} />
        </>
      )}
    </Page>
  );
}
