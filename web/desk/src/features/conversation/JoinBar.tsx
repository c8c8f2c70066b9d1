import type { Conversation, JoinSuggestion } from "@damso/api";
import { useText } from "@damso/i18n";
import { Button } from "@mantine/core";
import { IconGitMerge } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { KeyOf } from "../../app/KeyOf.tsx";
import { useKeys } from "../../app/useKeys.ts";
import classes from "./header.module.css";
import { useJoin } from "./useJoin.ts";

interface Props {
  conversation: Conversation;
  join: JoinSuggestion;
}

/** This looks like a part of another case: says why, and joins them with one key. */
export function JoinBar({ conversation, join }: Props) {
  const { t } = useText();
  const joining = useJoin(conversation.id);
  const run = () => joining.mutate(join.conversation_id);
  useKeys({ join: run });

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
        rightSection={<KeyOf action="join" />}
        loading={joining.isPending}
        onClick={run}
      >
        {t("join.do")}
      </Button>
    </div>
  );
}
