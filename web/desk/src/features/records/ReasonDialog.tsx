import type { ReasonKind, StatedReason } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, Modal, Radio, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import dialog from "../inbox/dialog.module.css";

export const REASONS: ReasonKind[] = [
  "customer_request",
  "complaint",
  "legal",
  "inspection",
  "reporting",
  "moving",
  "other",
];

interface Props {
  title?: string;
  lead?: string;
  /** What the button says. */
  action?: string;
  /** What else is to be chosen. */
  children?: ReactNode;
  onGiven: (reason: StatedReason) => Promise<void>;
  onClose: () => void;
}

/** Asks why personal data is taken out of Damso. The law has the company know; the access log keeps it. */
export function ReasonDialog({ title, lead, action, children, onGiven, onClose }: Props) {
  const { t } = useText();
  const [kind, setKind] = useState<ReasonKind | null>(null);
  const [note, setNote] = useState("");
  const give = useMutation({ mutationFn: onGiven });
  const missing = kind === null || (kind === "other" && !note.trim());
  return (
    <Modal
      opened
      onClose={onClose}
      title={title ?? t("reason.title")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (kind && !missing) give.mutate({ kind, note: note.trim() });
        }}
      >
        <p className="muted">{lead ?? t("reason.lead")}</p>
        {children}
        <Radio.Group
          label={title && t("reason.title")}
          aria-label={t("reason.title")}
          value={kind}
          onChange={(value) => setKind(value as ReasonKind)}
        >
          <div className={dialog.checks}>
            {REASONS.map((one, index) => (
              <Radio
                key={one}
                value={one}
                label={t(`reason.${one}`)}
                data-autofocus={index === 0 || undefined}
              />
            ))}
          </div>
        </Radio.Group>
        <Textarea
          label={kind === "other" ? t("reason.noteNeeded") : t("reason.noteOptional")}
          autosize
          minRows={2}
          maxLength={500}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {give.isError && (
          <Notice tone="danger" urgent>
            {messageOf(give.error, t)}
          </Notice>
        )}
        <div className={dialog.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" variant="filled" disabled={missing} loading={give.isPending}>
            {action ?? t("reason.do")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
