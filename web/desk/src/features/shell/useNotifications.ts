import { api, type Entry, keys, type Row } from "@damso/api";
import { useText } from "@damso/i18n";
import { toast } from "@damso/ui";
import { useQuery } from "@tanstack/react-query";
import { useLocation, useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { faceName } from "../../app/faceName.ts";
import { queryClient } from "../../app/queryClient.ts";
import { recall, remember } from "../../app/remembered.ts";
import { useMay, useMe } from "../../app/useMe.ts";
import { viewsQuery } from "../inbox/viewsQuery.ts";

const BODY_LENGTH = 120;

/** What the operating system tells the agent: a customer wrote in their case, or a colleague named them. */
export function useNotifications() {
  const me = useMe();
  const { t } = useText();
  const navigate = useNavigate();
  const router = useRouter();
  useTitle();

  const open = (conversationId: string, entry?: string) => {
    window.focus();
    void navigate({ to: "/c/$conversationId", params: { conversationId }, search: { entry } });
  };
  const looksAt = (id: string) => document.hasFocus() && router.state.location.pathname.endsWith(id);

  return {
    onRow: (row: Row) => {
      if (!row.unread || row.last_author !== "customer" || row.assignee?.id !== me.id || looksAt(row.id))
        return;
      show(faceName(row.customer, t), row.preview, `row:${row.id}:${row.last_message_at}`, () =>
        open(row.id),
      );
    },
    onReminder: async (conversationId: string, reminderId: string) => {
      const { customer, reminders } = await queryClient.fetchQuery({
        queryKey: [...keys.conversation(conversationId), "reminder"],
        queryFn: () => api.conversations.get(conversationId),
        staleTime: 0,
      });
      const reminder = reminders.find((one) => one.id === reminderId);
      if (!reminder) return;
      const title = t("notify.reminder", { name: faceName(customer, t) });
      const text = reminder.about ? t(`reminder.${reminder.about}`) : reminder.text;
      if (looksAt(conversationId)) toast(text ? `${title}: ${text}` : title);
      else show(title, text, `reminder:${reminderId}`, () => open(conversationId));
    },
    onMention: async (conversationId: string, entryId: string) => {
      if (looksAt(conversationId)) return;
      const { items } = await queryClient.fetchQuery({
        queryKey: [...keys.entries(conversationId), "mention"],
        queryFn: () => api.conversations.entries(conversationId),
        staleTime: 0,
      });
      const entry = items.find((one: Entry) => one.id === entryId);
      const title = t("notify.mention", { name: entry?.author.name ?? t("notify.colleague") });
      show(title, entry?.text ?? "", `entry:${entryId}`, () => open(conversationId, entryId));
    },
  };
}

/** Whether to offer notifications: only where the browser has not been asked and the agent has not said "later". */
export function mayAskToNotify(): boolean {
  return "Notification" in window && Notification.permission === "default" && recall("notify") !== "later";
}

export function askLater(): void {
  remember("notify", "later");
}

const shown = new Set<string>();

function show(title: string, body: string, tag: string, onClick: () => void): void {
  // A frame may come twice; a person is told once.
  if (shown.has(tag) || !("Notification" in window) || Notification.permission !== "granted") return;
  shown.add(tag);
  const notification = new Notification(title, {
    body: body.slice(0, BODY_LENGTH),
    tag,
    icon: "/desk/favicon.svg",
  });
  notification.onclick = () => {
    notification.close();
    onClick();
  };
}

const ROOMS = ["inbox", "customers", "search", "settings"] as const;

/** The tab's title begins with how many of my cases are open. */
function useTitle(): void {
  const { t } = useText();
  const { data: views } = useQuery({ ...viewsQuery, enabled: useMay("conversations.read") });
  const count = views?.find((view) => view.kind === "mine")?.count ?? 0;
  const { pathname } = useLocation();
  const room = ROOMS.find((one) => pathname.startsWith(`/${one}`)) ?? "inbox";
  useEffect(() => {
    const name = `${t(`room.${room}`)} · ${t("app.name")}`;
    document.title = count > 0 ? `(${count}) ${name}` : name;
  }, [count, room, t]);
}
