import { api, keys, type NewRecent, type Recent, type Row } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, ChannelMark } from "@damso/ui";
import { IconHistory } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { faceName } from "../../app/faceName.ts";
import { queryClient } from "../../app/queryClient.ts";
import { useMay } from "../../app/useMe.ts";
import type { Line } from "./line.ts";

const MOST = 6;

/** Keeps what was searched or opened, for the agent's next look on any computer. A failure costs them only that. */
export function remember(what: NewRecent): void {
  api.recent
    .remember(what)
    .then(() => queryClient.invalidateQueries({ queryKey: keys.start }))
    .catch(() => undefined);
}

export function useStart() {
  return useQuery({ queryKey: keys.start, queryFn: api.recent.start, enabled: useMay("conversations.read") });
}

/** What is offered before anything is typed: what was recent, and what waits for the agent. */
export function useRecent(enabled: boolean, search: (words: string) => void): Line[] {
  const { t, format } = useText();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { data } = useStart();
  if (!enabled || !data) return [];

  const caseLine = (row: Row, group: string, hint: string): Line => ({
    id: `${group}-${row.id}`,
    group,
    label: faceName(row.customer, t),
    hint: [row.subject || row.preview, hint].filter(Boolean).join(" · "),
    mark: <ChannelMark channel={row.channel} size={16} />,
    run: () => void navigate({ to: "/c/$conversationId", params: { conversationId: row.id }, search: {} }),
  });
  const recentLine = (one: Recent): Line | null => {
    const forget = async () => {
      await api.recent.forget(one.id);
      await client.invalidateQueries({ queryKey: keys.start });
    };
    const common = { id: `recent-${one.id}`, group: t("palette.recent"), forget: () => void forget() };
    const { words, customer, conversation } = one;
    if (words)
      return {
        ...common,
        label: words,
        mark: <IconHistory size={16} stroke={1.6} />,
        run: () => search(words),
      };
    if (conversation) return { ...caseLine(conversation, "", ""), ...common };
    if (!customer) return null;
    return {
      ...common,
      label: faceName(customer, t),
      hint: t("room.customers"),
      mark: (
        <Avatar
          name={faceName(customer, t)}
          initials={customer.initials}
          colour={customer.colour}
          size={20}
        />
      ),
      run: () => void navigate({ to: "/customers/$customerId", params: { customerId: customer.id } }),
    };
  };
  const waited = (row: Row) =>
    row.waiting_since ? t("palette.waits", { span: format.span(row.waiting_since) }) : "";
  // A case stands once: where it waits before where it merely was.
  const waits = new Set([...data.waiting, ...data.mentions].map((row) => row.id));
  const recent = data.recent
    .filter(({ conversation }) => !conversation || !waits.has(conversation.id))
    .slice(0, MOST);
  const known = new Set([...waits, ...recent.map(({ conversation }) => conversation?.id)]);
  return [
    ...recent.flatMap((one) => recentLine(one) ?? []),
    ...data.waiting.map((row) => caseLine(row, t("palette.waiting"), waited(row))),
    ...data.mentions
      .filter((row) => !data.waiting.some((other) => other.id === row.id))
      .map((row) => caseLine(row, t("palette.mentions"), "")),
    ...data.spoken.filter((row) => !known.has(row.id)).map((row) => caseLine(row, t("palette.spoken"), "")),
  ];
}
