import { api, type Entry, type RevealedNumber } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, Modal, TextInput } from "@mantine/core";
import { IconEyeOff } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import dialog from "../inbox/dialog.module.css";
import classes from "./thread.module.css";

/** Says which numbers were masked; whoever may look at them says why. */
export function MaskedNumbers({ entry }: { entry: Entry }) {
  const { t } = useText();
  const reveals = useMay("secrets.reveal");
  const [asking, setAsking] = useState(false);
  if (entry.masked.length === 0) return null;
  const kinds = entry.masked.map((kind) => t(`masked.${kind}` as TextKey)).join(", ");
  return (
    <div className={classes.masked}>
      <IconEyeOff size={14} stroke={1.6} aria-hidden="true" />
      <span>{t("masked.hidden", { kinds })}</span>
      {reveals && (
        <button type="button" className={classes.quietOpen} onClick={() => setAsking(true)}>
          {t("action.show")}
        </button>
      )}
      {asking && <RevealDialog entry={entry} onClose={() => setAsking(false)} />}
    </div>
  );
}

/** What is shown is gone when the dialog closes: it is kept nowhere. */
function RevealDialog({ entry, onClose }: { entry: Entry; onClose: () => void }) {
  const { t } = useText();
  const [reason, setReason] = useState("");
  const reveal = useMutation({ mutationFn: () => api.messages.numbers(entry.id, reason.trim()), gcTime: 0 });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("masked.title")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      {reveal.data ? (
        <Numbers numbers={reveal.data} />
      ) : (
        <form
          className={dialog.form}
          onSubmit={(event) => {
            event.preventDefault();
            reveal.mutate();
          }}
        >
          <p className="muted">{t("masked.lead")}</p>
          <TextInput
            data-autofocus
            label={t("masked.reason")}
            placeholder={t("masked.reasonHint")}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {reveal.isError && (
            <Notice tone="danger" urgent>
              {messageOf(reveal.error, t)}
            </Notice>
          )}
          <div className={dialog.actions}>
            <Button variant="subtle" onClick={onClose}>
              {t("action.cancel")}
            </Button>
            <Button type="submit" variant="filled" disabled={!reason.trim()} loading={reveal.isPending}>
              {t("action.show")}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}

function Numbers({ numbers }: { numbers: RevealedNumber[] }) {
  const { t } = useText();
  return (
    <dl className={classes.numbers}>
      {numbers.map((number) => (
        <div key={number.id}>
          <dt className="muted">{t(`masked.${number.kind}`)}</dt>
          <dd className="bold">{number.value}</dd>
        </div>
      ))}
    </dl>
  );
}
