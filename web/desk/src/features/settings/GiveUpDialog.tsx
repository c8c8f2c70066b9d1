import { api, type ParkedFact, type ParkedItem } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, toast } from "@damso/ui";
import { Button, Modal, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import dialog from "../inbox/dialog.module.css";

/** Work that a lane could not do, or a fact that a reader could not take. */
export type Stopped = ({ kind: "item" } & ParkedItem) | ({ kind: "fact" } & ParkedFact);

interface Props {
  stopped: Stopped;
  onClose: () => void;
  onDone: () => void;
}

/** Asks why somebody gives up for good; the answer stays in the record. */
export function GiveUpDialog({ stopped, onClose, onDone }: Props) {
  const { t } = useText();
  const [why, setWhy] = useState("");
  const giveUp = useMutation({
    mutationFn: () =>
      stopped.kind === "item"
        ? api.system.giveUpItem(stopped.id, why.trim())
        : api.system.giveUpFact(stopped.reader, stopped.place, why.trim()),
    onSuccess: () => {
      toast(t("system.gaveUp"));
      onDone();
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("system.giveUpTitle")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault();
          giveUp.mutate();
        }}
      >
        <p>{stopped.title}</p>
        <p className="muted">{t(stopped.kind === "item" ? "system.giveUpItem" : "system.giveUpFact")}</p>
        <TextInput
          data-autofocus
          label={t("system.why")}
          placeholder={t("system.whyPlaceholder")}
          maxLength={300}
          value={why}
          onChange={(event) => setWhy(event.currentTarget.value)}
        />
        {giveUp.isError && (
          <Notice tone="danger" urgent>
            {messageOf(giveUp.error, t)}
          </Notice>
        )}
        <div className={dialog.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" data-tone="danger" disabled={!why.trim()} loading={giveUp.isPending}>
            {t("system.giveUp")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
