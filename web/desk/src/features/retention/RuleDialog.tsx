import { api, keys, type RetentionRule } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, toast } from "@damso/ui";
import { Button, Modal, NumberInput, Radio, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import dialog from "../inbox/dialog.module.css";
import { recordsOf } from "./records.ts";

/** Another period for a class; the law's is the least. */
export function RuleDialog({ rule, onClose }: { rule: RetentionRule; onClose: () => void }) {
  const { t, format } = useText();
  const client = useQueryClient();
  const records = recordsOf(rule);
  const [days, setDays] = useState<number | null>(rule.days);
  const [action, setAction] = useState(rule.action);
  const [explanation, setExplanation] = useState(rule.explanation);
  const destroysMore =
    rule.active && ((days ?? 0) < rule.days || (action === "delete" && rule.action === "erase"));
  const save = useMutation({
    mutationFn: () => api.retention.change(rule.record_class, { days: days ?? 0, action, explanation }),
    onSuccess: () => {
      toast(t("settings.saved"));
      void client.invalidateQueries({ queryKey: keys.retentionRules });
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(`recordClass.${rule.record_class}`)}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <NumberInput
          label={t("retention.daysLabel")}
          description={
            rule.floor > 0
              ? t("retention.floor", { days: format.number(rule.floor), law: rule.law })
              : rule.law
          }
          min={1}
          max={3660}
          allowDecimal={false}
          value={days ?? ""}
          onChange={(value) => setDays(typeof value === "number" ? value : null)}
        />
        {records ? (
          <p className="small muted">{t(`retention.goes.${records}`)}</p>
        ) : (
          <>
            <Radio.Group
              label={t("retention.then")}
              value={action}
              onChange={(value) => setAction(value as RetentionRule["action"])}
            >
              {(["erase", "delete"] as const).map((one) => (
                <Radio key={one} value={one} label={t(`retention.action.${one}`)} mt={8} />
              ))}
            </Radio.Group>
            <p className="small muted">{t("retention.statistics")}</p>
          </>
        )}
        <Textarea
          label={t("retention.explanation")}
          autosize
          minRows={2}
          maxLength={500}
          value={explanation}
          onChange={(event) => setExplanation(event.currentTarget.value)}
        />
        {destroysMore && <Notice tone="warn">{t("retention.turnsOff")}</Notice>}
        {save.isError && (
          <Notice tone="danger" urgent>
            {messageOf(save.error, t)}
          </Notice>
        )}
        <div className={dialog.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" variant="filled" disabled={days === null} loading={save.isPending}>
            {t("action.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
