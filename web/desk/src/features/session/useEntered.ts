import { keys, type Me } from "@damso/api";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

/** What happens once somebody is in: nothing of another person stays, and they go where they wanted to. */
export function useEntered(to?: string): (me: Me) => Promise<void> {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async (me) => {
    client.clear();
    client.setQueryData(keys.me, me);
    // Only a path of the desk itself: an address from elsewhere must not send people away.
    if (to?.startsWith("/") && !to.startsWith("//")) await navigate({ href: to, replace: true });
    else await navigate({ to: "/", replace: true });
  };
}

/** The secret behind `#` in a link; it never reaches a server's log. Taken out of the address at once. */
export function takeToken(): string | null {
  const token = location.hash.slice(1);
  if (token) history.replaceState(history.state, "", location.pathname + location.search);
  return token || null;
}
