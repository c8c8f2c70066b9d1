import { type Availability, api, type KeyAction, keys, type Me, type Scope } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { keyText, toastError } from "@damso/ui";
import {
  IconAlarm,
  IconArrowRight,
  IconBell,
  IconCheck,
  IconCircle,
  IconFlag3,
  IconKeyboard,
  IconLock,
  IconMessageReply,
  IconTag,
  IconUserPlus,
  IconWand,
} from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useKeymap } from "../../app/keymap.ts";
import { messageOf } from "../../app/messageOf.ts";
import { runAction } from "../../app/useKeys.ts";
import { useMacros } from "../../app/useLists.ts";
import { may, useMe } from "../../app/useMe.ts";
import { viewName } from "../inbox/viewNames.ts";
import { viewsQuery } from "../inbox/viewsQuery.ts";
import { openMacro } from "../macros/macroStore.ts";
import { holds } from "../search/found.ts";
import type { Line } from "./line.ts";

const STATES: Availability[] = ["online", "away", "offline"];

/** What can be done on a case; each is the key that does it. */
const ON_CASE: [KeyAction, TextKey, ReactNode][] = [
  ["reply", "keys.reply", <IconMessageReply key="r" size={16} stroke={1.6} />],
  ["note", "keys.note", <IconLock key="n" size={16} stroke={1.6} />],
  ["resolve", "keys.resolve", <IconCheck key="e" size={16} stroke={1.6} />],
  ["assign", "keys.assign", <IconUserPlus key="a" size={16} stroke={1.6} />],
  ["snooze", "keys.snooze", <IconAlarm key="s" size={16} stroke={1.6} />],
  ["tags", "keys.tags", <IconTag key="t" size={16} stroke={1.6} />],
  ["priority", "keys.priority", <IconFlag3 key="p" size={16} stroke={1.6} />],
  ["macro", "keys.macro", <IconWand key="m" size={16} stroke={1.6} />],
  ["remind", "keys.remind", <IconBell key="h" size={16} stroke={1.6} />],
];

/** Commands whose name holds what was typed; all of them while nothing was. */
export function useCommands(text: string, onKeys: () => void): Line[] {
  const { t } = useText();
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { conversationId } = useParams({ strict: false });
  const { data: views = [] } = useQuery({ ...viewsQuery, enabled: may(me, "conversations.read") });
  const macros = useMacros();
  const keymap = useKeymap();
  const go = <IconArrowRight size={16} stroke={1.6} />;
  const lines: Line[] = [];

  if (conversationId && may(me, "conversations.write")) {
    for (const [action, label, mark] of ON_CASE) {
      lines.push({
        id: `case-${action}`,
        group: t("palette.case"),
        label: t(label),
        mark,
        combo: keymap[action]?.[0],
        run: () => runAction(action),
      });
    }
  }
  if (conversationId) {
    for (const macro of macros) {
      lines.push({
        id: `macro-${macro.id}`,
        group: t("palette.macros"),
        label: macro.name,
        mark: <IconWand size={16} stroke={1.6} />,
        run: () => openMacro(macro.id, conversationId),
      });
    }
  }
  for (const view of views) {
    const run = () => void navigate({ to: "/inbox/$viewId", params: { viewId: view.id } });
    lines.push({
      id: `view-${view.id}`,
      group: t("palette.go"),
      label: viewName(view, t),
      hint: t("room.inbox"),
      mark: go,
      run,
    });
  }
  const rooms: Line[] = [
    {
      id: "customers",
      group: t("palette.go"),
      label: t("room.customers"),
      mark: go,
      combo: keymap.go_customers?.[0],
      run: () => void navigate({ to: "/customers" }),
    },
    {
      id: "companies",
      group: t("palette.go"),
      label: t("room.companies"),
      mark: go,
      combo: keymap.go_companies?.[0],
      run: () => void navigate({ to: "/companies" }),
    },
    {
      id: "segments",
      group: t("palette.go"),
      label: t("room.segments"),
      mark: go,
      combo: keymap.go_segments?.[0],
      run: () => void navigate({ to: "/segments" }),
    },
    {
      id: "orders",
      group: t("palette.go"),
      label: t("room.orders"),
      mark: go,
      combo: keymap.go_orders?.[0],
      run: () => void navigate({ to: "/orders" }),
    },
    {
      id: "returns",
      group: t("palette.go"),
      label: t("room.returns"),
      mark: go,
      run: () => void navigate({ to: "/returns" }),
    },
    {
      id: "products",
      group: t("palette.go"),
      label: t("room.products"),
      mark: go,
      run: () => void navigate({ to: "/products" }),
    },
    {
      id: "counter",
      group: t("palette.go"),
      label: t("room.counter"),
      mark: go,
      run: () => void navigate({ to: "/counter" }),
    },
    {
      id: "analytics",
      group: t("palette.go"),
      label: t("room.analytics"),
      mark: go,
      combo: keymap.go_analytics?.[0],
      run: () => void navigate({ to: "/analytics" }),
    },
    {
      id: "search",
      group: t("palette.go"),
      label: t("room.search"),
      mark: go,
      combo: keymap.go_search?.[0],
      run: () => void navigate({ to: "/search" }),
    },
    {
      id: "settings",
      group: t("palette.go"),
      label: t("room.settings"),
      mark: go,
      combo: keymap.go_settings?.[0],
      run: () => void navigate({ to: "/settings/profile" }),
    },
  ];
  const needed: Record<string, Scope> = {
    customers: "customers.read",
    companies: "customers.read",
    segments: "segments.read",
    orders: "customers.read",
    returns: "customers.read",
    products: "commerce.read",
    counter: "commerce.counter",
    analytics: "analytics.read",
    search: "conversations.read",
  };
  lines.push(...rooms.filter((room) => !needed[room.id] || may(me, needed[room.id] as Scope)));
  for (const state of STATES.filter((one) => one !== me.availability)) {
    const run = async () => {
      try {
        await api.me.setAvailability(state);
        client.setQueryData<Me>(keys.me, (known) => known && { ...known, availability: state });
      } catch (error) {
        toastError(messageOf(error, t));
      }
    };
    const label = t("palette.become", { state: t(`availability.${state}`) });
    lines.push({
      id: `state-${state}`,
      group: t("palette.own"),
      label,
      mark: <IconCircle size={16} stroke={1.6} />,
      run: () => void run(),
    });
  }
  lines.push({
    id: "keys",
    group: t("palette.own"),
    label: t("keys.title"),
    mark: <IconKeyboard size={16} stroke={1.6} />,
    combo: keymap.sheet?.[0],
    run: onKeys,
  });

  const wanted = text.trim();
  return wanted
    ? lines.filter((line) => holds(`${line.label} ${line.hint ?? ""} ${keyText(line.combo ?? "")}`, wanted))
    : lines;
}
