import { api, type CustomerCard, type CustomerConsents, type NewConsent } from "@damso/api";
import { useText } from "@damso/i18n";
import { toast } from "@damso/ui";
import { Button, Group, Modal, Radio, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { identityValue, sourceText } from "../customers/identityText.ts";
import dialog from "../inbox/dialog.module.css";
import { PURPOSES } from "./purposes.ts";
import { useConsentChange } from "./queries.ts";

const METHODS = ["phone", "chat", "message", "paper", "web_form", "app", "other"] as const;
const WITHOUT_CHANNEL: readonly string[] = ["profiling", "overseas", "third_party"];

/** Enters what a customer told somebody: for which purpose and channel, how, and by what it can be proven. */
export function RecordDialog({
  customer,
  consents,
  onClose,
}: {
  customer: CustomerCard;
  consents: CustomerConsents;
  onClose: () => void;
}) {
  const { t, format, locale } = useText();
  const [given, setGiven] = useState("yes");
  const [purpose, setPurpose] = useState<NewConsent["purpose"]>("marketing");
  const [channel, setChannel] = useState("all");
  const [address, setAddress] = useState(String(customer.identities[0]?.id ?? ""));
  const [method, setMethod] = useState<NewConsent["method"]>("phone");
  const [note, setNote] = useState("");
  const record = useConsentChange(customer.id, (body: NewConsent) => api.consents.record(customer.id, body));
  const channels = [
    { value: "all", label: t("consent.allChannels") },
    ...consents.channels.map((one) => ({
      value: one.channel,
      label: locale === "ko" ? one.name_ko : one.name_en,
    })),
  ];
  const addresses = [
    ...customer.identities.map((one) => ({ value: String(one.id), label: identityValue(one, format, t) })),
    { value: "", label: t("consent.wholeCustomer") },
  ];
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("consent.record")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault();
          const body = {
            identity_id: address ? Number(address) : null,
            purpose,
            channel: WITHOUT_CHANNEL.includes(purpose) ? "all" : channel,
            given: given === "yes",
            method,
            note: note.trim(),
          };
          record.mutate(body, {
            onSuccess: () => {
              toast(t("consent.recorded"));
              onClose();
            },
          });
        }}
      >
        <Radio.Group label={t("consent.what")} value={given} onChange={setGiven}>
          <Group gap={20} mt={6}>
            <Radio value="yes" label={t("consent.gives")} />
            <Radio value="no" label={t("consent.withdraws")} />
          </Group>
        </Radio.Group>
        <Select
          data-autofocus
          label={t("consent.purpose")}
          data={PURPOSES.map((value) => ({ value, label: t(`consent.purpose.${value}`) }))}
          value={purpose}
          allowDeselect={false}
          onChange={(value) => value && setPurpose(value as NewConsent["purpose"])}
        />
        {!WITHOUT_CHANNEL.includes(purpose) && (
          <Select
            label={t("consent.channel")}
            data={channels}
            value={channel}
            allowDeselect={false}
            onChange={(value) => value && setChannel(value)}
          />
        )}
        <Select
          label={t("consent.address")}
          data={addresses}
          value={address}
          allowDeselect={false}
          onChange={(value) => setAddress(value ?? "")}
        />
        <Select
          label={t("consent.method")}
          data={METHODS.map((value) => ({ value, label: sourceText(value, t) }))}
          value={method}
          allowDeselect={false}
          onChange={(value) => value && setMethod(value as NewConsent["method"])}
        />
        <TextInput
          label={t("consent.proof")}
          placeholder={t("consent.proofHint")}
          value={note}
          maxLength={1000}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <p className="small muted">{t("consent.stays")}</p>
        <div className={dialog.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" variant="filled" loading={record.isPending}>
            {t("action.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
