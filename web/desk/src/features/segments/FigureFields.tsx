import { useText } from "@damso/i18n";
import { MultiSelect, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { PURPOSES } from "../consents/purposes.ts";
import { Comparison } from "./Comparison.tsx";
import { ComputationFields } from "./ComputationFields.tsx";
import type { Of } from "./LeafFields.tsx";
import { computedQuery, rfmQuery, vocabularyQuery } from "./queries.ts";
import classes from "./segments.module.css";

const STATES = ["given", "withdrawn", "none"] as const;
const SCORES = ["recency", "frequency", "monetary", "value"] as const;

/** How a consent to a purpose on a channel stands. */
export function ConsentFields({ leaf, onChange }: Of<"consent">) {
  const { t } = useText();
  const { data } = useQuery(vocabularyQuery);
  const everywhere = { value: "all", label: t("rule.consent.all") };
  const byChannel = ["service", "marketing", "night_marketing"].includes(leaf.purpose);
  const channels = (data?.channels ?? []).map((one) => ({ value: one.channel, label: one.name }));
  return (
    <div className={classes.fields}>
      <Select
        aria-label={t("consent.purpose")}
        allowDeselect={false}
        data={PURPOSES.map((value) => ({ value, label: t(`consent.purpose.${value}`) }))}
        value={leaf.purpose}
        onChange={(chosen) => {
          const purpose = PURPOSES.find((one) => one === chosen);
          if (purpose) onChange({ ...leaf, purpose, channel: "all" });
        }}
      />
      <Select
        aria-label={t("consent.channel")}
        allowDeselect={false}
        data={byChannel ? [everywhere, ...channels] : [everywhere]}
        value={leaf.channel}
        onChange={(channel) => channel && onChange({ ...leaf, channel })}
      />
      <Select
        aria-label={t("rule.consent.state")}
        allowDeselect={false}
        data={STATES.map((value) => ({ value, label: t(`rule.consent.${value}`) }))}
        value={leaf.state}
        onChange={(chosen) => {
          const state = STATES.find((one) => one === chosen);
          if (state) onChange({ ...leaf, state });
        }}
      />
    </div>
  );
}

/** Groups of buyers, and scores. That of frequency and amount together comes from the grid, and is not asked for here. */
export function RfmFields({ leaf, onChange }: Of<"rfm">) {
  const { t } = useText();
  const { data } = useQuery(rfmQuery);
  return (
    <div className={classes.fields}>
      <MultiSelect
        className={classes.wide}
        label={t("rfm.groups")}
        placeholder={leaf.groups?.length ? undefined : t("rfm.any")}
        data={(data?.groups ?? []).map((one) => ({ value: one.group, label: one.name }))}
        value={leaf.groups ?? []}
        onChange={(groups) => onChange({ ...leaf, groups })}
      />
      {SCORES.filter((name) => name !== "value" || leaf.value?.length).map((name) => (
        <MultiSelect
          key={name}
          label={t(`rfm.${name}`)}
          placeholder={leaf[name]?.length ? undefined : t("rfm.any")}
          data={["1", "2", "3", "4", "5"]}
          value={(leaf[name] ?? []).map(String)}
          onChange={(scores) => onChange({ ...leaf, [name]: scores.map(Number) })}
        />
      ))}
    </div>
  );
}

/** A computed trait, and what is asked of it. */
export function ComputedFields({ leaf, onChange }: Of<"computed">) {
  const { t } = useText();
  const { data } = useQuery(computedQuery);
  if (data?.length === 0)
    return (
      <p className="small muted">
        {t("computed.emptyTitle")} <Link to="/segments/computed/new">{t("computed.new")}</Link>
      </p>
    );
  return (
    <div className={classes.fields}>
      <Select
        aria-label={t("rule.kind.computed")}
        placeholder={t("rule.kind.computed")}
        searchable
        data={(data ?? []).map((one) => ({ value: one.id, label: one.name }))}
        value={leaf.computed_id || null}
        onChange={(computed_id) => computed_id && onChange({ ...leaf, computed_id })}
      />
      <Comparison
        op={leaf.op}
        value={leaf.value}
        onChange={(op, value) => onChange({ ...leaf, op, value })}
      />
    </div>
  );
}

/** A computation without a name: only rules that came by the API have one. */
export function MeasuredFields({ leaf, onChange }: Of<"measured">) {
  return (
    <>
      <ComputationFields computation={leaf.of} onChange={(of) => onChange({ ...leaf, of })} />
      <div className={classes.fields}>
        <Comparison
          op={leaf.op}
          value={leaf.value}
          onChange={(op, value) => onChange({ ...leaf, op, value })}
        />
      </div>
    </>
  );
}
