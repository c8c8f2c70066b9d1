import { api, type CustomerCard } from "@damso/api";
import { useText } from "@damso/i18n";
import { toast, toastError } from "@damso/ui";
import { Button, Modal, Select } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { identityValue } from "../customers/identityText.ts";
import dialog from "../inbox/dialog.module.css";

/** Gives a customer the link to their own preferences: by mail, or copied for a conversation. */
export function LinkDialog({ customer, onClose }: { customer: CustomerCard; onClose: () => void }) {
  const { t, format } = useText();
  const [address, setAddress] = useState(String(customer.identities[0]?.id ?? ""));
  const give = useMutation({
    mutationFn: async (send: boolean) => {
      const link = await api.consents.link(customer.id, Number(address), send);
      if (!send) await navigator.clipboard.writeText(link.url);
      return link;
    },
    onSuccess: (_, send) => {
      toast(t(send ? "consent.linkSent" : "consent.linkCopied"));
      onClose();
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("consent.link")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <div className={dialog.form}>
        <p>{t("consent.linkLead")}</p>
        <Select
          data-autofocus
          label={t("consent.address")}
          data={customer.identities.map((one) => ({
            value: String(one.id),
            label: identityValue(one, format, t),
          }))}
          value={address}
          allowDeselect={false}
          onChange={(value) => value && setAddress(value)}
        />
        <div className={dialog.actions}>
          <Button variant="subtle" disabled={give.isPending} onClick={() => give.mutate(false)}>
            {t("consent.linkCopy")}
          </Button>
          <Button variant="filled" loading={give.isPending} onClick={() => give.mutate(true)}>
            {t("consent.linkSend")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
