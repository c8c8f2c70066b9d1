import type { CustomerCard } from "@damso/api";
import { useText } from "@damso/i18n";
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { faceName } from "../../app/faceName.ts";
import { useMay } from "../../app/useMe.ts";
import classes from "./customers.module.css";
import { usePatchCustomer } from "./queries.ts";

/** The name as a heading; a click makes it a field. */
export function NameField({ customer }: { customer: CustomerCard }) {
  const { t } = useText();
  const patch = usePatchCustomer(customer.id);
  const [editing, setEditing] = useState(false);
  const writes = useMay("customers.write");
  if (!writes) return <h1 className={classes.who}>{faceName(customer, t)}</h1>;
  if (!editing) {
    return (
      <h1 className={classes.who}>
        <button
          type="button"
          className={classes.whoButton}
          title={t("customer.rename")}
          onClick={() => setEditing(true)}
        >
          {faceName(customer, t)}
        </button>
      </h1>
    );
  }
  return (
    <TextInput
      autoFocus
      aria-label={t("customers.name")}
      defaultValue={customer.name}
      onBlur={(event) => {
        const name = event.currentTarget.value.trim();
        setEditing(false);
        if (name && name !== customer.name) patch.mutate({ name });
      }}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") setEditing(false);
      }}
    />
  );
}
