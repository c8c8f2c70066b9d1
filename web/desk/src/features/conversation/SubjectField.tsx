import { useText } from "@damso/i18n";
import { TextInput } from "@mantine/core";
import { useState } from "react";

interface Props {
  subject: string;
  /** With the new subject, or null when nothing shall change. */
  onDone: (subject: string | null) => void;
}

export function SubjectField({ subject, onDone }: Props) {
  const { t } = useText();
  const [text, setText] = useState(subject);
  return (
    <TextInput
      autoFocus
      className="grow"
      aria-label={t("mail.subject")}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => onDone(text.trim() === subject ? null : text.trim())}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Enter") event.currentTarget.blur();
        else if (event.key === "Escape") onDone(null);
      }}
    />
  );
}
