import { ApiError, api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, Modal, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import classes from "../inbox/dialog.module.css";

export function NewCustomerDialog({ onClose }: { onClose: () => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [phone, setPhone] = useState("");
  const create = useMutation({
    mutationFn: () =>
      api.customers.create({
        name: name.trim(),
        email: email.trim() || undefined,
        phone: phone.trim() || undefined,
      }),
    onSuccess: async (customer) => {
      client.setQueryData(keys.customer(customer.id), customer);
      void client.invalidateQueries({ queryKey: [...keys.customers, "list"] });
      await navigate({ to: "/customers/$customerId", params: { customerId: customer.id } });
    },
  });
  const fields = create.error instanceof ApiError ? create.error.fields : {};
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("customers.new")}
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
          label={t("customers.name")}
          value={name}
          error={fields.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t("field.email")}
          type="email"
          value={email}
          error={fields.email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <TextInput
          label={t("field.phone")}
          type="tel"
          placeholder="010-1234-5678"
          value={phone}
          error={fields.phone}
          onChange={(event) => setPhone(event.currentTarget.value)}
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
