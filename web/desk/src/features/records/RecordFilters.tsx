import { api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Button, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { agentsQuery } from "../../app/useLists.ts";
import { useMay } from "../../app/useMe.ts";
import classes from "./records.module.css";
import type { Given } from "./sought.ts";

interface Props {
  given: Given;
  acts: { value: string; label: string }[];
  onChange: (change: Given) => void;
}

/** Who, what, when, from where: each narrows the list, and all of them stand in the address. */
export function RecordFilters({ given, acts, onChange }: Props) {
  const { t } = useText();
  const agents = useQuery({ ...agentsQuery, enabled: useMay("team.read") }).data ?? [];
  const programs = useQuery({
    queryKey: keys.apiKeys,
    queryFn: api.keys.list,
    enabled: useMay("keys.manage"),
  });
  const people = [
    { group: t("records.people"), items: agents.map(({ id, name }) => ({ value: id, label: name })) },
    {
      group: t("records.programs"),
      items: programs.data?.map(({ id, name }) => ({ value: id, label: name })) ?? [],
    },
  ];
  const isNarrowed = Object.values(given).some(Boolean);
  return (
    <div className={classes.filters} role="search" aria-label={t("records.narrow")}>
      <Select
        aria-label={t("records.who")}
        placeholder={t("records.who")}
        searchable
        clearable
        data={people}
        value={given.actor ?? null}
        onChange={(value) => onChange({ actor: value ?? undefined })}
      />
      <Select
        aria-label={t("records.act")}
        placeholder={t("records.act")}
        searchable
        clearable
        data={acts}
        value={given.act ?? null}
        onChange={(value) => onChange({ act: value ?? undefined })}
      />
      <TextInput
        type="date"
        aria-label={t("records.from")}
        title={t("records.from")}
        value={given.from ?? ""}
        max={given.to}
        onChange={(event) => onChange({ from: event.currentTarget.value || undefined })}
      />
      <TextInput
        type="date"
        aria-label={t("records.to")}
        title={t("records.to")}
        value={given.to ?? ""}
        min={given.from}
        onChange={(event) => onChange({ to: event.currentTarget.value || undefined })}
      />
      <TextInput
        aria-label={t("records.address")}
        placeholder={t("records.address")}
        key={given.address}
        defaultValue={given.address ?? ""}
        onKeyDown={(event) =>
          event.key === "Enter" && onChange({ address: event.currentTarget.value.trim() || undefined })
        }
        onBlur={(event) => onChange({ address: event.currentTarget.value.trim() || undefined })}
      />
      {isNarrowed && (
        <Button
          variant="subtle"
          onClick={() =>
            onChange({
              actor: undefined,
              act: undefined,
              subject: undefined,
              customer: undefined,
              from: undefined,
              to: undefined,
              address: undefined,
            })
          }
        >
          {t("records.all")}
        </Button>
      )}
    </div>
  );
}
