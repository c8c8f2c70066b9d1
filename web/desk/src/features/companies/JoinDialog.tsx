import { api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Autocomplete, Button, Modal, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import classes from "../inbox/dialog.module.css";
import { useCompanyChange } from "./queries.ts";

/** Lets a customer belong to a company that is there, or to a new one. */
export function JoinDialog({ customerId, onClose }: { customerId: string; onClose: () => void }) {
  const { t } = useText();
  const [name, setName] = useState("");
  const [role, setRole] = useState("");
  const [q] = useDebouncedValue(name.trim(), 150);
  const { data } = useQuery({
    queryKey: keys.companyList(q),
    queryFn: ({ signal }) => api.companies.list({ q: q || undefined }, signal),
    placeholderData: keepPreviousData,
  });
  const found = data?.items ?? [];
  const chosen = found.find((one) => one.name.toLowerCase() === name.trim().toLowerCase());
  const join = useCompanyChange(async () => {
    const company = chosen ?? (await api.companies.create({ name: name.trim() }));
    await api.companies.putPerson(company.id, customerId, role.trim());
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("company.add")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          join.mutate(undefined, { onSuccess: onClose });
        }}
      >
        <Autocomplete
          data-autofocus
          label={t("company.find")}
          data={[...new Set(found.map((one) => one.name))]}
          filter={({ options }) => options}
          value={name}
          onChange={setName}
        />
        <TextInput
          label={t("company.roleOptional")}
          value={role}
          maxLength={100}
          onChange={(event) => setRole(event.currentTarget.value)}
        />
        <div className={classes.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" variant="filled" disabled={!name.trim()} loading={join.isPending}>
            {chosen || !name.trim() ? t("action.add") : t("company.create", { name: name.trim() })}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
