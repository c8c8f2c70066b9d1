import { api, type Entry, keys, type Occasion, type Row } from "@damso/api";
import { useText } from "@damso/i18n";
import { toast } from "@damso/ui";
import { useQuery } from "@tanstack/react-query";
import { useLocation, useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { faceName } from "../../app/faceName.ts";
import { queryClient } from "../../app/queryClient.ts";
import { recall, remember } from "../../app/remembered.ts";
import { useMay, useMe } from "../../app/useMe.ts";
import { useMySettings } from "../../app/useMySettings.ts";
import { viewsQuery } from "../inbox/viewsQuery.ts";
import { chime } from "./chime.ts";
import { isQuiet, wants } from "./quiet.ts";

const BODY_LENGTH = 120;

/** What the agent is told of while they look elsewhere: what they chose, outside of their quiet hours. */
export function useNotifications() {
  const me = useMe();
  const { notifications: chosen } = useMySettings();
  const { t } = useText();
  const navigate = useNavigate();
  const router = useRouter();
  useTitle();

  const open = (conversationId: string, entry?: string) => {
    window.focus();
    void navigate({ to: "/c/$conversationId", params: { conversationId }, search: { entry } });
  };
  const looksAt = (id: string) => document.hasFocus() && router.state.location.pathname.endsWith(id);
  const tell = (occasion: Occasion, inboxId: string, news: News) => {
    if (!wants(chosen, occasion, inboxId) || isQuiet(chosen.quiet, me.timezone) || shown.has(news.tag))
      return;
    // A frame may come twice; a person is told once.
    shown.add(news.tag);
    if (chosen.sound) chime();
    if (chosen.desktop) show(news, () => open(news.conversationId, news.entry));
  };

  return {
    onRow: (row: Row) => {
      if (!row.unread || row.last_author !== "customer" || looksAt(row.id)) return;
      const mine = row.assignee?.id === me.id;
      if (!mine && (row.assignee || !row.team || !me.team_ids.includes(row.team.id))) return;
      tell(mine ? "answer" : "team", row.inbox_id, {
        conversationId: row.id,
        title: faceName(row.customer, t),
        body: row.preview,
        tag: `row:${row.id}:${row.last_message_at}`,
      });
    },
    onEntry: async (conversationId: string, entry: Entry) => {
      const assigned = entry.activity?.code === "assigned" && entry.activity.params.to === me.id;
      if (!assigned || entry.author.id === me.id || looksAt(conversationId)) return;
      const { customer, inbox_id, preview } = await conversationFor(conversationId, "assigned");
      const title = t("notify.assigned", { name: faceName(customer, t) });
      tell("assigned", inbox_id, { conversationId, title, body: preview, tag: `entry:${entry.id}` });
    },
    onReminder: async (conversationId: string, reminderId: string) => {
      const { customer, reminders, inbox_id } = await conversationFor(conversationId, "reminder");
      const reminder = reminders.find((one) => one.id === reminderId);
      if (!reminder) return;
      const title = t("notify.reminder", { name: faceName(customer, t) });
      const body = reminder.about ? t(`reminder.${reminder.about}`) : reminder.text;
      if (looksAt(conversationId)) toast(body ? `${title}: ${body}` : title);
      else
        tell(reminder.about ? "unsent" : "reminder", inbox_id, {
          conversationId,
          title,
          body,
          tag: `reminder:${reminderId}`,
        });
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
      const body = entry?.text ?? "";
      tell("mentioned", "", { conversationId, title, body, tag: `entry:${entryId}`, entry: entryId });
    },
  };
}

function conversationFor(conversationId: string, why: string) {
  return queryClient.fetchQuery({
    queryKey: [...keys.conversation(conversationId), why],
    queryFn: () => api.conversations.get(conversationId),
    staleTime: 0,
  });
}

/** Whether to offer notifications: only where the browser has not been asked and the agent has not said "later". */
export function mayAskToNotify(): boolean {
  return "Notification" in window && Notification.permission === "default" && recall("notify") !== "later";
}

export function askLater(): void {
  remember("notify", "later");
}

interface News {
  conversationId: string;
  title: string;
  body: string;
  tag: string;
  entry?: string;
}

const shown = new Set<string>();

function show({ title, body, tag }: News, onClick: () => void): void {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
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
