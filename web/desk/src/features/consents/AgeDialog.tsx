import { api, type CustomerConsents, type NotedAge } from "@damso/api";
import { useText } from "@damso/i18n";
import { Button, Checkbox, Modal, TextInput } from "@mantine/core";
import { useState } from "react";
import dialog from "../inbox/dialog.module.css";
import { useConsentChange } from "./queries.ts";

/** Notes that a customer is under 14, and how the guardian's consent was confirmed. */
export function AgeDialog({
  customerId,
  age,
  onClose,
}: {
  customerId: string;
  age: CustomerConsents["age"];
  onClose: () => void;
}) {
  const { t } = useText();
  const [under, setUnder] = useState(age !== null);
  const [guardian, setGuardian] = useState(age?.guardian_consented ?? false);
  const [note, setNote] = useState(age?.note ?? "");
  const save = useConsentChange(customerId, (body: NotedAge) => api.consents.noteAge(customerId, body));
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("consent.age")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault();
          const body = { under_14: under, guardian_consented: under && guardian, note: note.trim() };
          save.mutate(body, { onSuccess: onClose });
        }}
      >
        <Checkbox
          data-autofocus
          label={t("consent.ageIs")}
          checked={under}
          onChange={(event) => setUnder(event.currentTarget.checked)}
        />
        {under && (
          <Checkbox
            label={t("consent.guardian")}
            checked={guardian}
            onChange={(event) => setGuardian(event.currentTarget.checked)}
          />
        )}
        {under && guardian && (
          <TextInput
            label={t("consent.guardianNote")}
            value={note}
            maxLength={500}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
        )}
        <div className={dialog.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" variant="filled" loading={save.isPending}>
            {t("action.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
