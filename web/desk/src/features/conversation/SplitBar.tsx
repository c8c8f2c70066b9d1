import { api, type Conversation } from "@damso/api";
import { useText } from "@damso/i18n";
import { Kbd, toast, toastError } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconGitBranch } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import { useKeys } from "../../app/useKeys.ts";
import { undoAct } from "../bulk/act.ts";
import classes from "./header.module.css";

interface Props {
  conversation: Conversation;
  chosen: ReadonlySet<string>;
  onDone: () => void;
}

/** Stands above the thread while messages are chosen that belong to another case. */
export function SplitBar({ conversation, chosen, onDone }: Props) {
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const splitting = useMutation({
    mutationFn: () =>
      api.conversations.split(conversation.id, { act_id: crypto.randomUUID(), message_ids: [...chosen] }),
    onSuccess: async (act) => {
      onDone();
      void client.invalidateQueries();
      const back = async () => {
        await undoAct(client, t, act.id);
        await navigate({ to: "/c/$conversationId", params: { conversationId: conversation.id }, search: {} });
      };
      toast(t("done.split"), { label: t("action.undo"), run: () => void back() });
      if (act.conversation_id)
        await navigate({
          to: "/c/$conversationId",
          params: { conversationId: act.conversation_id },
          search: {},
        });
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  useKeys({ escape: onDone });
  return (
    <div className={classes.join} role="toolbar" aria-label={t("split.choose")}>
      <IconGitBranch size={16} stroke={1.6} aria-hidden="true" />
      <span className="grow" aria-live="polite">
        {chosen.size === 0 ? t("split.hint") : t("split.chosen", { count: chosen.size })}
      </span>
      <Button data-size="small" variant="subtle" rightSection={<Kbd combo="esc" />} onClick={onDone}>
        {t("action.cancel")}
      </Button>
      <Button
        data-size="small"
        variant="filled"
        disabled={chosen.size === 0}
        loading={splitting.isPending}
        onClick={() => splitting.mutate()}
      >
        {t("split.do")}
      </Button>
    </div>
  );
}
