import type { Status } from "@damso/api";
import { useText } from "@damso/i18n";
import { useQuery } from "@tanstack/react-query";
import { channelsQuery } from "../../app/useChannels.ts";
import { useAgents, useInboxes } from "../../app/useLists.ts";
import { useMay, useMe } from "../../app/useMe.ts";
import type { Operator, Value } from "./operators.ts";

/** What a state may be called besides its name on screen. */
const STATUSES: [Status, string[]][] = [
  ["open", ["열림", "open"]],
  ["pending", ["대기", "pending"]],
  ["snoozed", ["보류", "snoozed"]],
  ["resolved", ["해결", "닫힘", "resolved", "closed"]],
];

/** The conditions that can be typed, by the names of both languages: who has learnt one does not lose it. */
export function useOperators(): Operator[] {
  const { t, locale } = useText();
  const me = useMe();
  const inboxes = useInboxes();
  const agents = useAgents();
  const { data: channels = [] } = useQuery({ ...channelsQuery, enabled: useMay("channels.read") });
  const named = (ko: string[], en: string[]) => (locale === "ko" ? [...ko, ...en] : [...en, ...ko]);
  const inUse = channels.filter((channel) => inboxes.some((inbox) => inbox.channel === channel.channel));
  const values: Record<"status" | "inbox" | "assignee" | "channel" | "kind", Value[]> = {
    status: STATUSES.map(([status, words]) => ({
      label: t(`status.${status}`),
      words: locale === "ko" ? words : [status, ...words],
      given: { status },
    })),
    inbox: inboxes.map(({ id, name }) => ({ label: name, words: [name], given: { inbox_id: id } })),
    assignee: [
      { label: t("filter.me"), words: named(["나"], ["me"]), given: { assignee: me.id } },
      ...agents.map(({ id, name }) => ({ label: name, words: [name], given: { assignee: id } })),
    ],
    channel: inUse.map(({ channel, name }) => ({
      label: name[locale],
      words: [name[locale], channel],
      given: { channel },
    })),
    kind: [
      { label: t("search.message"), words: named(["메시지"], ["messages"]), given: { kind: "message" } },
      { label: t("search.customer"), words: named(["고객"], ["customers"]), given: { kind: "customer" } },
    ],
  };
  return [
    {
      id: "status",
      label: t("filter.status"),
      names: named(["상태"], ["status", "is"]),
      values: values.status,
    },
    { id: "inbox", label: t("filter.inbox"), names: named(["수신함"], ["inbox"]), values: values.inbox },
    {
      id: "assignee",
      label: t("filter.assignee"),
      names: named(["담당", "담당자"], ["assignee"]),
      values: values.assignee,
    },
    {
      id: "channel",
      label: t("filter.channel"),
      names: named(["채널"], ["channel"]),
      values: values.channel,
    },
    {
      id: "customer",
      label: t("search.customer"),
      names: named(["고객"], ["from", "customer"]),
      values: "customer",
    },
    {
      id: "from",
      label: t("filter.from"),
      names: named(["이후", "부터"], ["after", "since"]),
      values: "day",
    },
    { id: "to", label: t("filter.to"), names: named(["이전", "까지"], ["before", "until"]), values: "day" },
    { id: "kind", label: t("search.kind"), names: named(["대상"], ["in"]), values: values.kind },
  ];
}
