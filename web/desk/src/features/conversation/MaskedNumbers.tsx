import { api, type Entry, type RevealedNumber } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { Modal } from "@mantine/core";
import { IconEyeOff } from "@tabler/icons-react";
import { useState } from "react";
import { useMay } from "../../app/useMe.ts";
import { ReasonDialog } from "../records/ReasonDialog.tsx";
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
  const [numbers, setNumbers] = useState<RevealedNumber[] | null>(null);
  if (numbers)
    return (
      <Modal
        opened
        onClose={onClose}
        title={t("masked.title")}
        closeButtonProps={{ "aria-label": t("action.close") }}
      >
        <Numbers numbers={numbers} />
      </Modal>
    );
  return (
    <ReasonDialog
      title={t("masked.title")}
      lead={t("masked.lead")}
      action={t("action.show")}
      onGiven={async (reason) => setNumbers(await api.messages.numbers(entry.id, reason))}
      onClose={onClose}
    />
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
