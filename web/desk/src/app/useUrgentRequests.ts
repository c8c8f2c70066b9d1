import { api, keys } from "@damso/api";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMay } from "./useMe.ts";

const LOOK_AGAIN = 300_000;
const WHILE_BUILDING = 2_000;

export const accessRequestsQuery = queryOptions({
  queryKey: keys.accessRequests,
  queryFn: api.accessRequests.list,
  refetchInterval: ({ state }) =>
    state.data?.some((one) => one.state === "building") ? WHILE_BUILDING : LOOK_AGAIN,
});

/** Whether somebody who asked what is held about them has to be answered within three days. */
export function useUrgentRequests(): boolean {
  const { data } = useQuery({ ...accessRequestsQuery, enabled: useMay("customers.erase") });
  return data?.some((one) => one.urgent) ?? false;
}
