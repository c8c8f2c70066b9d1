import { ApiError, api, type CannedAnswer, keys, type Language } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, Modal, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import dialog from "../inbox/dialog.module.css";

/** What may stand in a text and is put in when it is used. */
const VARIABLES = ["{{ customer.name }}", "{{ agent.name }}", "{{ brand.name }}", "{{ preferences_url }}"];

export function CannedAnswerDialog({
  answer,
  onClose,
}: {
  answer: CannedAnswer | null;
  onClose: () => void;
}) {
  const { t } = useText();
  const client = useQueryClient();
  const [title, setTitle] = useState(answer?.title ?? "");
  const [shortcut, setShortcut] = useState(answer?.shortcut ?? "");
  const [text, setText] = useState(answer?.text ?? "");
  const [locale, setLocale] = useState<Language | null>(answer?.locale ?? null);
  const save = useMutation({
    mutationFn: () => {
      const body = { title: title.trim(), shortcut: shortcut.trim().replace(/^\//, ""), text, locale };
      return answer ? api.cannedAnswers.patch(answer.id, body) : api.cannedAnswers.create(body);
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.cannedAnswers });
      onClose();
    },
  });
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  return (
    <Modal
      opened
      onClose={onClose}
      size={560}
      title={answer ? t("canned.edit") : t("canned.new")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextInput
          data-autofocus
          label={t("canned.title")}
          value={title}
          error={fields.title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <div className={dialog.pair}>
          <TextInput
            label={t("canned.shortcut")}
            leftSection="/"
            value={shortcut}
            error={fields.shortcut}
            onChange={(event) => setShortcut(event.currentTarget.value)}
          />
          <Select
            label={t("profile.language")}
            data={[
              { value: "any", label: t("canned.anyLanguage") },
              { value: "ko", label: "한국어" },
              { value: "en", label: "English" },
            ]}
            value={locale ?? "any"}
            onChange={(value) => setLocale(value === "any" ? null : (value as Language))}
          />
        </div>
        <Textarea
          label={t("canned.text")}
          description={t("canned.variables", { list: VARIABLES.join("  ") })}
          autosize
          minRows={5}
          maxRows={16}
          value={text}
          error={fields.text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {save.isError && Object.keys(fields).length === 0 && (
          <Notice tone="danger" urgent>
            {messageOf(save.error, t)}
          </Notice>
        )}
        <div className={dialog.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button
            type="submit"
            variant="filled"
            disabled={!title.trim() || !shortcut.trim() || !text.trim()}
            loading={save.isPending}
          >
            {t("action.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
