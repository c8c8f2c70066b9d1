import { api, type Conversation, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Skeleton } from "@damso/ui";
import { Drawer } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { faceName } from "../../app/faceName.ts";
import { useKeys } from "../../app/useKeys.ts";
import { useMay } from "../../app/useMe.ts";
import { useMySettings } from "../../app/useMySettings.ts";
import { useWidth } from "../../app/useWidth.ts";
import { Composer } from "../composer/Composer.tsx";
import { CustomerPanel } from "../customers/CustomerPanel.tsx";
import { toggleColumn, useFolded } from "../inbox/columns.ts";
import { patchRow } from "../inbox/rowsCache.ts";
import { ReminderBar } from "../later/ReminderBar.tsx";
import { ScheduledList } from "../later/ScheduledList.tsx";
import { useLive } from "../live/LiveProvider.tsx";
import { useOpened } from "../palette/useOpened.ts";
import { Failed } from "../shell/Failed.tsx";
import { ConversationHeader } from "./ConversationHeader.tsx";
import classes from "./conversation.module.css";
import { JoinBar } from "./JoinBar.tsx";
import { conversationQuery } from "./queries.ts";
import { SplitBar } from "./SplitBar.tsx";
import { StateBar } from "./StateBar.tsx";
import { Thread } from "./Thread.tsx";
import { useConversationActions } from "./useConversationActions.ts";

export function ConversationPage() {
  const { conversationId } = useParams({ strict: false });
  const { t } = useText();
  const query = useQuery(conversationQuery(conversationId ?? ""));
  const data = query.data;
  if (data) return <OpenConversation key={data.id} conversation={data} />;
  if (query.isError) return <Failed error={query.error} reset={() => void query.refetch()} />;
  return (
    <div className={classes.column}>
      <Skeleton label={t("state.loading")} rows={8} />
    </div>
  );
}

function OpenConversation({ conversation }: { conversation: Conversation }) {
  const { t } = useText();
  const navigate = useNavigate();
  const width = useWidth();
  const folded = useFolded("customer");
  const { viewId } = useParams({ strict: false });
  const { entry, panel } = useSearch({ strict: false }) as { entry?: string; panel?: "customer" };
  const actions = useConversationActions(conversation);
  const [split, setSplit] = useState<ReadonlySet<string> | null>(null);
  useAttendance(conversation);
  useOpened({ conversation_id: conversation.id });
  const writes = useMay("conversations.write");
  useSeen(conversation, writes);

  const beside = width === "wide";
  // Where the panel covers the thread it is a place of its own: back closes it.
  const togglePanel = () => {
    if (beside) toggleColumn("customer");
    else if (panel) history.back();
    else if (viewId) {
      const params = { viewId, conversationId: conversation.id };
      void navigate({ to: "/inbox/$viewId/$conversationId", params, search: { entry, panel: "customer" } });
    }
  };
  useKeys({ fold_customer: togglePanel });
  const goesOn = useMySettings().after_send === "next";
  const sent = (then: "resolve" | "snooze" | "note" | null) => {
    if (then === "resolve" || then === "snooze") actions.sentAnd(then);
    else if (then === null && goesOn) actions.goOn();
  };

  return (
    <>
      <article
        className={classes.column}
        aria-label={t("conversation.with", { name: faceName(conversation.customer, t) })}
      >
        <ConversationHeader
          conversation={conversation}
          actions={actions}
          panelOpen={beside ? !folded : panel !== undefined}
          onPanel={togglePanel}
          onSplit={() => setSplit(new Set())}
        />
        <StateBar conversation={conversation} onReopen={actions.reopen} />
        {split && <SplitBar conversation={conversation} chosen={split} onDone={() => setSplit(null)} />}
        <ReminderBar conversation={conversation} />
        {writes && !split && conversation.join && (
          <JoinBar conversation={conversation} join={conversation.join} />
        )}
        <Thread conversation={conversation} target={entry} split={split} onSplit={setSplit} />
        {writes && <ScheduledList conversation={conversation} />}
        {writes && <Composer conversation={conversation} onSent={sent} />}
      </article>
      {beside && !folded && (
        <aside className={classes.side} aria-label={t("customer.panel")}>
          <CustomerPanel conversation={conversation} />
        </aside>
      )}
      {!beside && (
        <Drawer
          opened={panel === "customer"}
          onClose={() => history.back()}
          position="right"
          size={width === "phone" ? "100%" : 360}
          title={faceName(conversation.customer, t)}
          closeButtonProps={{ "aria-label": t("action.close") }}
        >
          <CustomerPanel conversation={conversation} />
        </Drawer>
      )}
    </>
  );
}

/** Colleagues see who looks at a case; signs follow live. */
function useAttendance({ id }: Conversation): void {
  const { live } = useLive();
  useEffect(() => {
    live.view(id);
    return () => live.view(null);
  }, [live, id]);
}

/** What is on screen in a window that has the focus is seen, by those who answer: customers are told of it. */
function useSeen({ id, last_message_id: last, unread }: Conversation, writes: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!last || !unread || !writes) return;
    const see = () => {
      if (!document.hasFocus()) return;
      window.removeEventListener("focus", see);
      patchRow(client, id, (row) => ({ ...row, unread: false }));
      client.setQueryData<Conversation>(
        keys.conversation(id),
        (known) => known && { ...known, unread: false },
      );
      // When this fails the case merely stays marked as unread.
      api.conversations.seen(id, last).catch(() => undefined);
    };
    window.addEventListener("focus", see);
    see();
    return () => window.removeEventListener("focus", see);
  }, [client, id, last, unread, writes]);
}
