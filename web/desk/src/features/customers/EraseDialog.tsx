import { api, type CustomerCard, type ErasureOrder, type ErasurePreview, keys } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { ConfirmByName, Notice, Skeleton, Time, toast } from "@damso/ui";
import { Button, Modal, Select } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { faceName } from "../../app/faceName.ts";
import { messageOf } from "../../app/messageOf.ts";
import dialog from "../inbox/dialog.module.css";

const REASONS = ["requested", "consent_withdrawn", "purpose_ended", "other"] as const;

/** First what would go and what the law keeps, then the reason, then the name: it cannot be undone. */
export function EraseDialog({ customer, onClose }: { customer: CustomerCard; onClose: () => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [reason, setReason] = useState<ErasureOrder["reason"]>("requested");
  const [sure, setSure] = useState(false);
  const name = faceName(customer, t);
  const preview = useQuery({
    queryKey: keys.erasurePreview(customer.id),
    queryFn: () => api.customers.erasurePreview(customer.id),
    gcTime: 0,
  });
  const erase = useMutation({
    mutationFn: () => api.customers.erase(customer.id, { reason }),
    onSuccess: async () => {
      toast(t("erase.begun"));
      await navigate({ to: "/settings/privacy" as never });
      void client.invalidateQueries({ queryKey: keys.erasures });
      void client.invalidateQueries({ queryKey: keys.customers });
    },
    onSettled: () => setSure(false),
  });
  if (sure) {
    return (
      <ConfirmByName
        title={t("erase.title")}
        name={name}
        ask={t("confirm.name", { name })}
        confirm={t("erase.do")}
        cancel={t("action.cancel")}
        onConfirm={() => erase.mutate()}
        onClose={onClose}
      >
        {t("erase.sure")}
      </ConfirmByName>
    );
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("erase.title")}
      size={520}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <div className={dialog.form}>
        {preview.isPending && <Skeleton label={t("state.loading")} rows={4} />}
        {(preview.isError || erase.isError) && (
          <Notice tone="danger" urgent>
            {messageOf(erase.error ?? preview.error, t)}
          </Notice>
        )}
        {preview.data && <What preview={preview.data} />}
        <Select
          label={t("erase.reason")}
          data={REASONS.map((value) => ({ value, label: t(`erase.reason.${value}`) }))}
          value={reason}
          allowDeselect={false}
          onChange={(value) => value && setReason(value as ErasureOrder["reason"])}
        />
        <p className="small muted">{t("erase.stays")}</p>
        <div className={dialog.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button data-tone="danger" disabled={!preview.data} onClick={() => setSure(true)}>
            {t("erase.next")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

function What({ preview }: { preview: ErasurePreview }) {
  const { t, format } = useText();
  const lines = Object.entries(preview.stores).flatMap(([store, counts]) =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([kind, count]) => ({
        key: `${store}.${kind}`,
        label: t(`erase.what.${kind}` as TextKey),
        count,
      })),
  );
  return (
    <>
      <section>
        <h3 className="bold">{t("erase.goes")}</h3>
        <ul>
          {lines.map((line) => (
            <li key={line.key}>
              {line.label} {format.number(line.count)}
            </li>
          ))}
        </ul>
      </section>
      {preview.kept.length > 0 && (
        <Notice tone="warn">
          {t("erase.kept")}
          <ul>
            {preview.kept.map((kept) => (
              <li key={kept.record_class}>
                {t(`recordClass.${kept.record_class}` as TextKey)} {format.number(kept.count)} ·{" "}
                <Time at={kept.until} /> {t("erase.until")}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  );
}
