import { api, type Id, type Language } from "@damso/api";
import { useText } from "@damso/i18n";
import { Checkbox, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useMe } from "../../app/useMe.ts";
import { ReasonDialog } from "../records/ReasonDialog.tsx";
import { saveFile } from "../records/saveFile.ts";

/** One conversation on paper. */
export function TranscriptDialog({ conversationId, onClose }: { conversationId: Id; onClose: () => void }) {
  const { t } = useText();
  const me = useMe();
  const [locale, setLocale] = useState<Language>(me.locale);
  const [notes, setNotes] = useState(false);
  return (
    <ReasonDialog
      title={t("export.pdf")}
      onGiven={async (reason) => {
        const file = await api.exports.transcript(conversationId, { notes, locale }, reason);
        saveFile(file, `conversation-${conversationId}.pdf`);
        onClose();
      }}
      onClose={onClose}
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
    </ReasonDialog>
  );
}
