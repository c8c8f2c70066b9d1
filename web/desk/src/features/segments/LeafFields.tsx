import { useText } from "@damso/i18n";
import { Autocomplete, Checkbox, MultiSelect, NumberInput, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { kindText } from "../customers/identityText.ts";
import { Comparison } from "./Comparison.tsx";
import { Duration } from "./Duration.tsx";
import { EventFields } from "./EventFields.tsx";
import { ComputedFields, ConsentFields, MeasuredFields, RfmFields } from "./FigureFields.tsx";
import { Period } from "./Period.tsx";
import { segmentsQuery, vocabularyQuery } from "./queries.ts";
import type { Leaf } from "./rule.ts";
import classes from "./segments.module.css";

interface Props {
  leaf: Leaf;
  onChange: (leaf: Leaf) => void;
}

/** The fields of one condition, by its kind. */
export function LeafFields({ leaf, onChange }: Props) {
  switch (leaf.kind) {
    case "trait":
      return <TraitFields leaf={leaf} onChange={onChange} />;
    case "identity":
      return <IdentityFields leaf={leaf} onChange={onChange} />;
    case "performed":
    case "occurrence":
    case "total":
      return <OneEvent leaf={leaf} onChange={onChange} />;
    case "sequence":
    case "not_followed":
      return <TwoEvents leaf={leaf} onChange={onChange} />;
    case "conversation":
      return <ConversationFields leaf={leaf} onChange={onChange} />;
    case "anniversary":
      return <AnniversaryFields leaf={leaf} onChange={onChange} />;
    case "consent":
      return <ConsentFields leaf={leaf} onChange={onChange} />;
    case "rfm":
      return <RfmFields leaf={leaf} onChange={onChange} />;
    case "computed":
      return <ComputedFields leaf={leaf} onChange={onChange} />;
    case "measured":
      return <MeasuredFields leaf={leaf} onChange={onChange} />;
    case "segment":
      return <SegmentField leaf={leaf} onChange={onChange} />;
  }
}

export type Of<Kind extends Leaf["kind"]> = {
  leaf: Extract<Leaf, { kind: Kind }>;
  onChange: (leaf: Leaf) => void;
};

function TraitFields({ leaf, onChange }: Of<"trait">) {
  const { t } = useText();
  const { data } = useQuery(vocabularyQuery);
  return (
    <div className={classes.fields}>
      <Autocomplete
        aria-label={t("rule.trait")}
        placeholder={t("rule.trait")}
        data={data?.traits ?? []}
        value={leaf.key}
        onChange={(key) => onChange({ ...leaf, key })}
      />
      <Comparison
        op={leaf.op}
        value={leaf.value}
        onChange={(op, value) => onChange({ ...leaf, op, value })}
      />
    </div>
  );
}

function IdentityFields({ leaf, onChange }: Of<"identity">) {
  const { t } = useText();
  const { data } = useQuery(vocabularyQuery);
  const known = new Set(["email", "phone", ...(data?.identities ?? []), ...leaf.kinds]);
  return (
    <div className={classes.fields}>
      <MultiSelect
        aria-label={t("rule.kinds")}
        data={[...known].map((value) => ({ value, label: kindText(value, t) }))}
        value={leaf.kinds}
        onChange={(kinds) => onChange({ ...leaf, kinds })}
      />
      <Checkbox
        label={t("rule.proven")}
        checked={leaf.proven ?? false}
        onChange={(event) => onChange({ ...leaf, proven: event.currentTarget.checked })}
      />
    </div>
  );
}

function OneEvent({ leaf, onChange }: Of<"performed" | "occurrence" | "total">) {
  return (
    <>
      <EventFields step={leaf.event} onChange={(event) => onChange({ ...leaf, event })} />
      <div className={classes.fields}>
        {leaf.kind === "occurrence" && <Which leaf={leaf} onChange={onChange} />}
        {leaf.kind === "performed" && <Times leaf={leaf} onChange={onChange} />}
        {leaf.kind === "total" && <Amount leaf={leaf} onChange={onChange} />}
        <Period window={leaf.window ?? {}} onChange={(window) => onChange({ ...leaf, window })} />
      </div>
    </>
  );
}

function Which({ leaf, onChange }: Of<"occurrence">) {
  const { t } = useText();
  return (
    <Select
      aria-label={t("rule.which")}
      allowDeselect={false}
      data={(["first", "last"] as const).map((value) => ({ value, label: t(`rule.which.${value}`) }))}
      value={leaf.which}
      onChange={(which) => which && onChange({ ...leaf, which: which as "first" | "last" })}
    />
  );
}

function Times({ leaf, onChange }: Of<"performed">) {
  const { t } = useText();
  const choices = ["at_least", "at_most", "exactly"] as const;
  return (
    <>
      <NumberInput
        className={classes.short}
        aria-label={t("rule.times")}
        min={0}
        max={100}
        allowDecimal={false}
        value={leaf.times ?? 1}
        onChange={(times) => typeof times === "number" && onChange({ ...leaf, times })}
      />
      <Select
        aria-label={t("rule.comparison")}
        allowDeselect={false}
        data={choices.map((value) => ({ value, label: t(`rule.compare.${value}`) }))}
        value={leaf.compare ?? "at_least"}
        onChange={(compare) => compare && onChange({ ...leaf, compare: compare as (typeof choices)[number] })}
      />
    </>
  );
}

function Amount({ leaf, onChange }: Of<"total">) {
  const { t } = useText();
  const { data } = useQuery(vocabularyQuery);
  const choices = ["at_least", "less_than"] as const;
  return (
    <>
      <Autocomplete
        aria-label={t("rule.property")}
        placeholder={t("rule.property")}
        data={data?.properties ?? []}
        value={leaf.property}
        onChange={(property) => onChange({ ...leaf, property })}
      />
      <NumberInput
        aria-label={t("rule.amount")}
        min={0}
        thousandSeparator=","
        value={leaf.amount}
        onChange={(amount) => typeof amount === "number" && onChange({ ...leaf, amount })}
      />
      <Select
        aria-label={t("rule.comparison")}
        allowDeselect={false}
        data={choices.map((value) => ({ value, label: t(`rule.compare.${value}`) }))}
        value={leaf.compare ?? "at_least"}
        onChange={(compare) => compare && onChange({ ...leaf, compare: compare as (typeof choices)[number] })}
      />
    </>
  );
}

function TwoEvents({ leaf, onChange }: Of<"sequence" | "not_followed">) {
  const { t } = useText();
  return (
    <>
      <EventFields
        label={t("rule.first")}
        step={leaf.first}
        onChange={(first) => onChange({ ...leaf, first })}
      />
      <EventFields
        label={t(leaf.kind === "sequence" ? "rule.then" : "rule.notThen")}
        step={leaf.next}
        onChange={(next) => onChange({ ...leaf, next })}
      />
      {leaf.kind === "sequence" && (
        <EventFields
          label={t("rule.without")}
          step={leaf.without ?? { name: "" }}
          onChange={(without) => onChange({ ...leaf, without: without.name ? without : null })}
        />
      )}
      <div className={classes.fields}>
        <Duration
          label={t("rule.within")}
          seconds={leaf.within}
          onChange={(within) => onChange({ ...leaf, within })}
        />
        <Period
          window={leaf.window ?? {}}
          modes={["ever", "last"]}
          onChange={(window) => onChange({ ...leaf, window })}
        />
      </div>
    </>
  );
}

function ConversationFields({ leaf, onChange }: Of<"conversation">) {
  const { t } = useText();
  return (
    <div className={classes.fields}>
      <Select
        aria-label={t("rule.state")}
        allowDeselect={false}
        data={(["waiting", "open"] as const).map((value) => ({ value, label: t(`rule.state.${value}`) }))}
        value={leaf.state}
        onChange={(state) => state && onChange({ ...leaf, state: state as "open" | "waiting" })}
      />
      <Duration
        label={t("rule.lasting")}
        seconds={leaf.seconds ?? 0}
        onChange={(seconds) => onChange({ ...leaf, seconds })}
      />
    </div>
  );
}

function AnniversaryFields({ leaf, onChange }: Of<"anniversary">) {
  const { t } = useText();
  const { data } = useQuery(vocabularyQuery);
  return (
    <div className={classes.fields}>
      <Autocomplete
        label={t("rule.trait")}
        data={data?.traits ?? []}
        value={leaf.key}
        onChange={(key) => onChange({ ...leaf, key })}
      />
      <Select
        label={t("rule.calendar")}
        allowDeselect={false}
        data={(["solar", "lunar"] as const).map((value) => ({ value, label: t(`rule.calendar.${value}`) }))}
        value={leaf.calendar ?? "solar"}
        onChange={(calendar) => calendar && onChange({ ...leaf, calendar: calendar as "solar" | "lunar" })}
      />
      <NumberInput
        className={classes.short}
        label={t("rule.days")}
        min={0}
        max={90}
        allowDecimal={false}
        value={leaf.days ?? 0}
        onChange={(days) => typeof days === "number" && onChange({ ...leaf, days })}
      />
    </div>
  );
}

function SegmentField({ leaf, onChange }: Of<"segment">) {
  const { t } = useText();
  const { data } = useQuery(segmentsQuery);
  return (
    <Select
      aria-label={t("rule.segment")}
      placeholder={t("rule.segment")}
      searchable
      data={(data ?? []).map((one) => ({ value: one.id, label: one.name }))}
      value={leaf.segment_id || null}
      onChange={(segment_id) => segment_id && onChange({ ...leaf, segment_id })}
    />
  );
}
