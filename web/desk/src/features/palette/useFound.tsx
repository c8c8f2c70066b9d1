import { api, keys, type SearchQuery } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, ChannelMark } from "@damso/ui";
import { useDebouncedValue } from "@mantine/hooks";
import { IconBuilding, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { faceName } from "../../app/faceName.ts";
import { useMay } from "../../app/useMe.ts";
import { identityValue } from "../customers/identityText.ts";
import { type Chip, readQuery } from "../search/operators.ts";
import { useOperators } from "../search/useOperators.ts";
import { useWanted } from "../search/useWanted.ts";
import type { Line } from "./line.ts";
import { remember } from "./useRecent.tsx";

const MOST = 5;

/** Customers and cases that the server finds for what was typed, and the way to search everything. */
export function useFound(text: string): { lines: Line[]; chips: Chip[] } {
  const { t, format } = useText();
  const navigate = useNavigate();
  const operators = useOperators();
  const wantedOf = useWanted();
  const { q: typed, chips } = readQuery(text, operators);
  const given = Object.assign({}, ...chips.map((chip) => chip.given));
  const [q] = useDebouncedValue(typed, 150);
  const enabled = q !== "" && typed !== "";
  const reads = useMay("conversations.read");
  const wanted: SearchQuery = { ...wantedOf({ ...given, kind: undefined }), q, kind: "message" };
  const customers = useQuery({
    queryKey: [...keys.customerList(q), "palette"],
    queryFn: ({ signal }) => api.customers.list({ q }, signal),
    enabled: useMay("customers.read") && enabled && chips.length === 0,
    placeholderData: keepPreviousData,
  });
  const companies = useQuery({
    queryKey: [...keys.companyList(q), "palette"],
    queryFn: ({ signal }) => api.companies.list({ q }, signal),
    enabled: useMay("customers.read") && enabled && chips.length === 0,
    placeholderData: keepPreviousData,
  });
  const cases = useQuery({
    queryKey: [...keys.search(wanted), "palette"],
    queryFn: ({ signal }) => api.search(wanted, undefined, signal),
    enabled: reads && enabled,
    placeholderData: keepPreviousData,
  });
  if (!enabled && chips.length === 0) return { lines: [], chips };
  const keep = () => typed && reads && remember({ words: typed });
  const everything: Line = {
    id: "everything",
    group: t("palette.search"),
    label: typed ? t("palette.everything", { q: typed }) : t("palette.filtered"),
    mark: <IconSearch size={16} stroke={1.6} />,
    run: () => void navigate({ to: "/search", search: { ...given, q: typed || undefined } }),
  };
  if (!enabled) return { lines: reads ? [everything] : [], chips };
  const people: Line[] = (chips.length === 0 ? (customers.data?.items ?? []) : [])
    .slice(0, MOST)
    .map((row) => ({
      id: `customer-${row.id}`,
      group: t("room.customers"),
      label: faceName(row, t),
      hint: row.identities[0] && identityValue(row.identities[0], format, t),
      mark: <Avatar name={faceName(row, t)} initials={row.initials} colour={row.colour} size={20} />,
      run: () => {
        keep();
        void navigate({ to: "/customers/$customerId", params: { customerId: row.id } });
      },
    }));
  const firms: Line[] = (chips.length === 0 ? (companies.data?.items ?? []) : [])
    .slice(0, MOST)
    .map((row) => ({
      id: `company-${row.id}`,
      group: t("room.companies"),
      label: row.name,
      hint: row.domains[0],
      mark: <IconBuilding size={16} stroke={1.6} />,
      run: () => {
        keep();
        void navigate({ to: "/companies/$companyId", params: { companyId: row.id } });
      },
    }));
  const perCase = new Map((cases.data?.items ?? []).map((hit) => [hit.conversation_id, hit]));
  const found: Line[] = [...perCase].slice(0, MOST).map(([conversationId, hit]) => ({
    id: `case-${conversationId}`,
    group: t("room.inbox"),
    label: hit.snippet.map((part) => part.text).join(""),
    pieces: hit.snippet,
    hint: faceName(hit.customer, t),
    mark: <ChannelMark channel={hit.channel ?? ""} size={16} />,
    run: () => {
      keep();
      const params = { conversationId: conversationId ?? "" };
      void navigate({ to: "/c/$conversationId", params, search: { entry: hit.message_id ?? undefined } });
    },
  }));
  return { lines: [...people, ...firms, ...found, ...(reads ? [everything] : [])], chips };
}
