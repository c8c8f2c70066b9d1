import { keys, type Me } from "@damso/api";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { sessionEnded } from "../../app/queryClient.ts";
import { forgetPerson, recall, remember } from "../../app/remembered.ts";

/** What happens once somebody is in: nothing of another person stays, and they go where they wanted to. */
export function useEntered(to?: string): (me: Me) => Promise<void> {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async (me) => {
    const before = recall<string>("who");
    client.clear();
    client.setQueryData(keys.me, me);
    sessionEnded.set(false);
    if (before && before !== me.id) forgetPerson();
    remember("who", me.id);
    // Words of another person may still be in memory, not only in storage: begin from nothing.
    if (before && before !== me.id) location.replace("/desk/");
    // Only a path of the desk itself: an address from elsewhere must not send people away.
    else if (to?.startsWith("/") && !to.startsWith("//")) await navigate({ href: to, replace: true });
    else await navigate({ to: "/", replace: true });
  };
}

/** The secret behind `#` in a link; it never reaches a server's log. Taken out of the address at once. */
export function takeToken(): string | null {
  const token = location.hash.slice(1);
  if (token) history.replaceState(history.state, "", location.pathname + location.search);
  return token || null;
}
