import { api, type CompanyCard } from "@damso/api";
import { useText } from "@damso/i18n";
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useMay } from "../../app/useMe.ts";
import layout from "../customers/customers.module.css";
import { useCompanyChange } from "./queries.ts";

/** The name as a heading; a click makes it a field. */
export function CompanyName({ company }: { company: CompanyCard }) {
  const { t } = useText();
  const [editing, setEditing] = useState(false);
  const writes = useMay("customers.write");
  const rename = useCompanyChange((name: string) => api.companies.patch(company.id, { name }));
  if (!writes) return <h1 className={layout.who}>{company.name}</h1>;
  if (!editing) {
    return (
      <h1 className={layout.who}>
        <button
          type="button"
          className={layout.whoButton}
          title={t("company.rename")}
          onClick={() => setEditing(true)}
        >
          {company.name}
        </button>
      </h1>
    );
  }
  return (
    <TextInput
      autoFocus
      aria-label={t("companies.name")}
      defaultValue={company.name}
      onBlur={(event) => {
        const name = event.currentTarget.value.trim();
        setEditing(false);
        if (name && name !== company.name) rename.mutate(name);
      }}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") setEditing(false);
      }}
    />
  );
}
