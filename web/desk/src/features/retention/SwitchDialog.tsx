import { api, type ClassOutlook, type DryRun, keys, type RetentionRule } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, toast } from "@damso/ui";
import { Button, Modal, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import dialog from "../inbox/dialog.module.css";

interface Props {
  rule: RetentionRule;
  seen: DryRun | null;
  outlook: ClassOutlook | undefined;
  onClose: () => void;
}

/** Switching a rule on says first what it destroys; both ways ask why. */
export function SwitchDialog({ rule, seen, outlook, onClose }: Props) {
  const { t, format } = useText();
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const on = !rule.active;
  const flip = useMutation({
    mutationFn: () =>
      api.retention.switch(rule.record_class, { active: on, reason, ...(seen && { dry_run_id: seen.id }) }),
    onSuccess: () => {
      toast(t(on ? "retention.switchedOn" : "retention.switchedOff"));
      void client.invalidateQueries({ queryKey: keys.retentionRules });
      onClose();
    },
  });
  const unseen = on && !outlook;
  return (
    <Modal
      opened
      onClose={onClose}
      title={`${t(`recordClass.${rule.record_class}`)} · ${t(on ? "retention.switchOn" : "retention.switchOff")}`}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault();
          flip.mutate();
        }}
      >
        {unseen && <Notice tone="warn">{t("retention.lookFirst")}</Notice>}
        {on && outlook && (
          <Notice tone="warn">
            {t("retention.willGo", { now: format.number(outlook.now), soon: format.number(outlook.soon) })}
          </Notice>
        )}
        {!on && <p>{t("retention.willStop")}</p>}
        <Textarea
          label={t("retention.reason")}
          description={t("retention.reasonText")}
          autosize
          minRows={2}
          maxLength={500}
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {flip.isError && (
          <Notice tone="danger" urgent>
            {messageOf(flip.error, t)}
          </Notice>
        )}
        <div className={dialog.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button
            type="submit"
            variant={on ? undefined : "filled"}
            data-tone={on ? "danger" : undefined}
            disabled={unseen || !reason.trim()}
            loading={flip.isPending}
          >
            {t(on ? "retention.switchOn" : "retention.switchOff")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
