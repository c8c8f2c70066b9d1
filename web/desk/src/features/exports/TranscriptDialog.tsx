import { ApiError, api, type Language } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, Checkbox, Modal, SegmentedControl, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useMe } from "../../app/useMe.ts";
import dialog from "../inbox/dialog.module.css";

/** One conversation on paper. */
export function TranscriptDialog({
  conversationId,
  onClose,
}: {
  conversationId: string;
  onClose: () => void;
}) {
  const { t } = useText();
  const me = useMe();
  const [locale, setLocale] = useState<Language>(me.locale);
  const [notes, setNotes] = useState(false);
  const [reason, setReason] = useState("");
  const make = useMutation({
    mutationFn: () => api.exports.transcript(conversationId, { reason, notes, locale }),
    onSuccess: (file) => {
      save(file, `conversation-${conversationId}.pdf`);
      onClose();
    },
  });
  const fields = make.error instanceof ApiError ? make.error.fields : {};
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("export.pdf")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <SegmentedControl
          aria-label={t("export.language")}
          data={[
            { value: "ko", label: "한국어" },
            { value: "en", label: "English" },
          ]}
          value={locale}
          onChange={(value) => setLocale(value as Language)}
        />
        <Checkbox
          label={t("export.notes")}
          checked={notes}
          onChange={(event) => setNotes(event.currentTarget.checked)}
        />
        <TextInput
          data-autofocus
          label={t("export.reason")}
          description={t("export.reasonHint")}
          maxLength={500}
          value={reason}
          error={fields.reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {make.isError && Object.keys(fields).length === 0 && (
          <Notice tone="danger" urgent>
            {messageOf(make.error, t)}
          </Notice>
        )}
        <div className={dialog.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" variant="filled" disabled={!reason.trim()} loading={make.isPending}>
            {t("action.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** Lets the browser keep a file that is here already. */
function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
