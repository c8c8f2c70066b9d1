import { useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { sessionEnded } from "../../app/queryClient.ts";
import { useStore } from "../../app/store.ts";

/** When the session is over, asks to sign in again and comes back here; what was being written stays. */
export function useSessionEnd(): void {
  const ended = useStore(sessionEnded, (value) => value);
  const navigate = useNavigate();
  const router = useRouter();
  useEffect(() => {
    if (ended) void navigate({ to: "/sign-in", search: { to: router.state.location.href } });
  }, [ended, navigate, router]);
}
