import { api, type Conversation, type JoinSuggestion, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Kbd, toast, toastError } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconGitMerge } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import { useKeys } from "../../app/useKeys.ts";
import { dropRow } from "../inbox/rowsCache.ts";
import classes from "./header.module.css";

interface Props {
  conversation: Conversation;
  join: JoinSuggestion;
}

/** This looks like a part of another case: says why, and joins them with one key. */
export function JoinBar({ conversation, join }: Props) {
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { viewId } = useParams({ strict: false });
  const joining = useMutation({
    mutationFn: () => api.conversations.join(conversation.id, join.conversation_id),
    onSuccess: async (other) => {
      client.setQueryData(keys.conversation(other.id), other);
      void client.invalidateQueries({ queryKey: keys.entries(other.id) });
      void client.invalidateQueries({ queryKey: keys.views });
      if (viewId) dropRow(client, viewId, conversation.id);
      await navigate({
        to: "/c/$conversationId",
        params: { conversationId: other.id },
        search: {},
        replace: true,
      });
      toast(t("done.joined"));
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  useKeys({ m: () => joining.mutate() });

  return (
    <div className={classes.join}>
      <IconGitMerge size={16} stroke={1.6} aria-hidden="true" />
      <span className="grow">
        {join.reason_text}{" "}
        <Link
          to="/c/$conversationId"
          params={{ conversationId: join.conversation_id }}
          search={{}}
          className={classes.joinLink}
        >
          {join.subject || t("join.other")}
        </Link>
      </span>
      <Button
        data-size="small"
        rightSection={<Kbd combo="m" />}
        loading={joining.isPending}
        onClick={() => joining.mutate()}
      >
        {t("join.do")}
      </Button>
    </div>
  );
}
