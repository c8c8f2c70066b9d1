import { useNavigate } from "@tanstack/react-router";
import { useKeys } from "../../app/useKeys.ts";

/** `G` and then the first letter of a room. */
export function useGoTo(): void {
  const navigate = useNavigate();
  useKeys({
    "g i": () => void navigate({ to: "/inbox" }),
    "g c": () => void navigate({ to: "/customers" }),
    "g f": () => void navigate({ to: "/search" }),
    "g s": () => void navigate({ to: "/settings/profile" }),
  });
}
