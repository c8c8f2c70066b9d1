import { useNavigate } from "@tanstack/react-router";
import { useKeys } from "../../app/useKeys.ts";
import { useMay } from "../../app/useMe.ts";

/** `G` and then the first letter of a room. */
export function useGoTo(): void {
  const navigate = useNavigate();
  const reads = useMay("conversations.read");
  const customers = useMay("customers.read");
  useKeys(
    { go_inbox: () => void navigate({ to: "/inbox" }), go_search: () => void navigate({ to: "/search" }) },
    reads,
  );
  useKeys(
    {
      go_customers: () => void navigate({ to: "/customers" }),
      go_companies: () => void navigate({ to: "/companies" }),
    },
    customers,
  );
  const orders = customers ? "/orders" : "/products";
  useKeys({ go_orders: () => void navigate({ to: orders }) }, useMay("commerce.read"));
  useKeys({ go_segments: () => void navigate({ to: "/segments" }) }, useMay("segments.read"));
  useKeys({ go_analytics: () => void navigate({ to: "/analytics" }) }, useMay("analytics.read"));
  useKeys({
    go_settings: () => void navigate({ to: "/settings/profile" }),
  });
}
