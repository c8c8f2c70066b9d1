import { api, keys } from "@damso/api";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMay } from "./useMe.ts";

/** That something was parked is told live; that nobody works, or that work is late, nobody is left to tell. */
const LOOK_AGAIN = 60_000;

export const systemQuery = queryOptions({
  queryKey: keys.system,
  queryFn: api.system.state,
  staleTime: LOOK_AGAIN,
  refetchInterval: LOOK_AGAIN,
});

/** Whether something stands still, for whoever looks after the system. */
export function useStandstill(): boolean {
  return useQuery({ ...systemQuery, enabled: useMay("settings.manage") }).data?.well === false;
}
