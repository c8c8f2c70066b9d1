import { api, keys, type Verdict } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, StateMark, Time, toast } from "@damso/ui";
import { Button, NumberInput, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import { CopyLine } from "../settings/CopyLine.tsx";
import { Page } from "../settings/Page.tsx";
import settings from "../settings/settings.module.css";
import classes from "./records.module.css";

/** Whether anybody changed the records, the seals to keep elsewhere, and how long records are kept. */
export function IntegrityPage() {
  const { t } = useText();
  const [kept, setKept] = useState("");
  const seals = kept.split(/\s+/).filter(Boolean);
  const verify = useMutation({ mutationFn: () => api.records.verify(seals) });
  return (
    <Page title={t("settings.integrity")} lead={t("integrity.lead")}>
      <form
        className={settings.form}
        onSubmit={(event) => {
          event.preventDefault();
          verify.mutate();
        }}
      >
        <Textarea
          label={t("integrity.kept")}
          description={t("integrity.keptText")}
          placeholder="access-1204-6f2c…"
          autosize
          minRows={1}
          classNames={{ input: classes.mono }}
          value={kept}
          onChange={(event) => setKept(event.currentTarget.value)}
        />
        <div className={settings.actions}>
          <Button type="submit" variant="filled" loading={verify.isPending}>
            {t("integrity.verify")}
          </Button>
        </div>
      </form>
      {verify.isError && (
        <Notice tone="danger" urgent>
          {messageOf(verify.error, t)}
        </Notice>
      )}
      <div role="status">
        {verify.data?.map((verdict) => (
          <Result key={verdict.log} verdict={verdict} />
        ))}
      </div>
      <Retention />
    </Page>
  );
}

function Result({ verdict }: { verdict: Verdict }) {
  const { t, format } = useText();
  const finding = verdict.finding ?? null;
  return (
    <section className={settings.section}>
      <h3 className={settings.sectionTitle}>{t(`settings.${verdict.log}`)}</h3>
      {finding === null ? (
        <StateMark tone="ok">{t("integrity.sound", { number: format.number(verdict.sealed) })}</StateMark>
      ) : (
        <Notice tone="danger" urgent>
          {t(`integrity.${finding.fault}`)}{" "}
          {typeof finding.number === "number" &&
            t("integrity.number", { number: format.number(finding.number) })}
          {finding.at && (
            <>
              {" · "}
              <Time at={finding.at} as="moment" />
            </>
          )}
          {finding.record_id && (
            <div className="small">
              <code>{finding.record_id}</code>
            </div>
          )}
          <p>{t("integrity.whatNow")}</p>
        </Notice>
      )}
      {finding === null && verdict.unsealed > 0 && (
        <p className="small muted">{t("integrity.unsealed", { number: format.number(verdict.unsealed) })}</p>
      )}
      {verdict.kept_from && (
        <p className="small muted">
          {t("integrity.keptFrom")} <Time at={verdict.kept_from} as="moment" />
        </p>
      )}
      {finding === null && verdict.seal && (
        <div className={classes.newest}>
          <p className="small muted">{t("integrity.newest")}</p>
          <CopyLine value={verdict.seal} label={t("integrity.newest")} />
        </div>
      )}
    </section>
  );
}

function Retention() {
  const { t } = useText();
  const client = useQueryClient();
  const mayChange = useMay("settings.manage");
  const query = useQuery({ queryKey: keys.retention, queryFn: api.records.retention });
  const [months, setMonths] = useState<number | null>(null);
  const save = useMutation({
    mutationFn: api.records.setRetention,
    onSuccess: (kept) => {
      client.setQueryData(keys.retention, kept);
      setMonths(null);
      toast(t("settings.saved"));
    },
  });
  if (!query.data) return null;
  return (
    <section className={settings.section}>
      <h3 className={settings.sectionTitle}>{t("retention.title")}</h3>
      <p className={settings.sectionLead}>{t("retention.lead")}</p>
      <form
        className={settings.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (months !== null) save.mutate(months);
        }}
      >
        <NumberInput
          label={t("retention.months")}
          min={12}
          max={120}
          allowDecimal={false}
          disabled={!mayChange}
          value={months ?? query.data.months}
          onChange={(value) => setMonths(typeof value === "number" ? value : null)}
        />
        {save.isError && (
          <Notice tone="danger" urgent>
            {messageOf(save.error, t)}
          </Notice>
        )}
        {mayChange && (
          <div className={settings.actions}>
            <Button
              type="submit"
              disabled={months === null || months === query.data.months}
              loading={save.isPending}
            >
              {t("action.save")}
            </Button>
          </div>
        )}
      </form>
    </section>
  );
}
