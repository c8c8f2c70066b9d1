import { ApiError, api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, Modal, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import classes from "../inbox/dialog.module.css";

export function NewCompanyDialog({ onClose }: { onClose: () => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [domains, setDomains] = useState("");
  const create = useMutation({
    mutationFn: () =>
      api.companies.create({ name: name.trim(), domains: domains.split(/[\s,]+/).filter(Boolean) }),
    onSuccess: async (company) => {
      client.setQueryData(keys.company(company.id), company);
      void client.invalidateQueries({ queryKey: [...keys.companies, "list"] });
      void client.invalidateQueries({ queryKey: keys.customers });
      await navigate({ to: "/companies/$companyId", params: { companyId: company.id } });
    },
  });
  const fields = create.error instanceof ApiError ? create.error.fields : {};
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("companies.new")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <TextInput
          data-autofocus
          label={t("companies.name")}
          value={name}
          error={fields.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t("companies.domains")}
          description={t("companies.domainsHint")}
          placeholder={t("company.domainPlaceholder")}
          value={domains}
          error={fields.domain}
          onChange={(event) => setDomains(event.currentTarget.value)}
        />
        {create.isError && Object.keys(fields).length === 0 && (
          <Notice tone="danger" urgent>
            {messageOf(create.error, t)}
          </Notice>
        )}
        <div className={classes.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" variant="filled" disabled={!name.trim()} loading={create.isPending}>
            {t("action.add")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
