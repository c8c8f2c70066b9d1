import { ApiError, api, type CustomerCard, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, Modal, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import classes from "../inbox/dialog.module.css";
import { useWays } from "./useWays.ts";

/** Writes to a customer first, where a channel lets us and reaches an address of theirs. */
export function StartDialog({ customer, onClose }: { customer: CustomerCard; onClose: () => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const ways = useWays(customer);
  const [way, setWay] = useState<string | null>(null);
  const [subject, setSubject] = useState("");
  const [text, setText] = useState("");
  const [sendKey] = useState(() => crypto.randomUUID());
  const chosen = way ?? ways[0]?.value ?? null;
  const start = useMutation({
    mutationFn: () => {
      const [inboxId = "", identityId] = (chosen ?? "").split("|");
      return api.conversations.start({
        customer_id: customer.id,
        inbox_id: inboxId,
        identity_id: Number(identityId),
        subject: subject.trim(),
        text: text.trim(),
        send_key: sendKey,
      });
    },
    onSuccess: async (conversation) => {
      client.setQueryData(keys.conversation(conversation.id), conversation);
      await navigate({ to: "/c/$conversationId", params: { conversationId: conversation.id }, search: {} });
    },
  });
  const fields = start.error instanceof ApiError ? start.error.fields : {};
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("start.title")}
      size={560}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          start.mutate();
        }}
      >
        <Select label={t("start.way")} data={ways} value={chosen} onChange={setWay} />
        <TextInput
          data-autofocus
          label={t("mail.subject")}
          value={subject}
          error={fields.subject}
          onChange={(event) => setSubject(event.currentTarget.value)}
        />
        <Textarea
          label={t("start.text")}
          autosize
          minRows={6}
          maxRows={16}
          value={text}
          error={fields.text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {start.isError && Object.keys(fields).length === 0 && (
          <Notice tone="danger" urgent>
            {messageOf(start.error, t)}
          </Notice>
        )}
        <div className={classes.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" variant="filled" disabled={!text.trim() || !chosen} loading={start.isPending}>
            {t("composer.send")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
