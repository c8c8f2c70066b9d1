import { useNavigate } from "@tanstack/react-router";
import { useKeys } from "../../app/useKeys.ts";
import { useMay } from "../../app/useMe.ts";

/** `G` and then the first letter of a room. */
export function useGoTo(): void {
  const navigate = useNavigate();
  const reads = useMay("conversations.read");
  useKeys(
    { "g i": () => void navigate({ to: "/inbox" }), "g f": () => void navigate({ to: "/search" }) },
    reads,
  );
  useKeys(
    { "g c": () => void navigate({ to: "/customers" }), "g o": () => void navigate({ to: "/companies" }) },
    useMay("customers.read"),
  );
  useKeys({
    "g s": () => void navigate({ to: "/settings/profile" }),
  });
}
