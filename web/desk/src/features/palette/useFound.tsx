import { api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, ChannelMark } from "@damso/ui";
import { useDebouncedValue } from "@mantine/hooks";
import { IconBuilding, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { faceName } from "../../app/faceName.ts";
import { useMay } from "../../app/useMe.ts";
import { identityValue } from "../customers/identityText.ts";
import type { Line } from "./line.ts";

const MOST = 5;

/** Customers and cases that the server finds for what was typed, and the way to search everything. */
export function useFound(text: string): Line[] {
  const { t, format } = useText();
  const navigate = useNavigate();
  const [q] = useDebouncedValue(text.trim(), 150);
  const enabled = q !== "" && text.trim() !== "";
  const reads = useMay("conversations.read");
  const customers = useQuery({
    queryKey: [...keys.customerList(q), "palette"],
    queryFn: ({ signal }) => api.customers.list({ q }, signal),
    enabled: useMay("customers.read") && enabled,
    placeholderData: keepPreviousData,
  });
  const companies = useQuery({
    queryKey: [...keys.companyList(q), "palette"],
    queryFn: ({ signal }) => api.companies.list({ q }, signal),
    enabled: useMay("customers.read") && enabled,
    placeholderData: keepPreviousData,
  });
  const cases = useQuery({
    queryKey: [...keys.search({ q, kind: "message" }), "palette"],
    queryFn: ({ signal }) => api.search({ q, kind: "message" }, undefined, signal),
    enabled: reads && enabled,
    placeholderData: keepPreviousData,
  });
  if (!enabled) return [];
  const everything: Line = {
    id: "everything",
    group: t("palette.search"),
    label: t("palette.everything", { q: text.trim() }),
    mark: <IconSearch size={16} stroke={1.6} />,
    run: () => void navigate({ to: "/search", search: { q: text.trim() } }),
  };
  const people: Line[] = (customers.data?.items ?? []).slice(0, MOST).map((row) => ({
    id: `customer-${row.id}`,
    group: t("room.customers"),
    label: faceName(row, t),
    hint: row.identities[0] && identityValue(row.identities[0], format, t),
    mark: <Avatar name={faceName(row, t)} initials={row.initials} colour={row.colour} size={20} />,
    run: () => void navigate({ to: "/customers/$customerId", params: { customerId: row.id } }),
  }));
  const firms: Line[] = (companies.data?.items ?? []).slice(0, MOST).map((row) => ({
    id: `company-${row.id}`,
    group: t("room.companies"),
    label: row.name,
    hint: row.domains[0],
    mark: <IconBuilding size={16} stroke={1.6} />,
    run: () => void navigate({ to: "/companies/$companyId", params: { companyId: row.id } }),
  }));
  const perCase = new Map((cases.data?.items ?? []).map((hit) => [hit.conversation_id, hit]));
  const found: Line[] = [...perCase].slice(0, MOST).map(([conversationId, hit]) => ({
    id: `case-${conversationId}`,
    group: t("room.inbox"),
    label: hit.subject || hit.snippet.map((part) => part.text).join(""),
    hint: faceName(hit.customer, t),
    mark: <ChannelMark channel={hit.channel ?? ""} size={16} />,
    run: () =>
      void navigate({
        to: "/c/$conversationId",
        params: { conversationId: conversationId ?? "" },
        search: {},
      }),
  }));
  return [...people, ...firms, ...found, everything];
}
