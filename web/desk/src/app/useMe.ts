import { api, keys, type Me, type Scope } from "@damso/api";
import { queryOptions, useQuery } from "@tanstack/react-query";

export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: api.me.get,
  staleTime: Number.POSITIVE_INFINITY,
});

/** Who is signed in. Only below the gate that has made sure that somebody is. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error("nobody is signed in here");
  return data;
}

/** What somebody may do; what they may not is not shown to them. The server decides, this only keeps silent. */
export function may(me: Me, permission: Scope): boolean {
  return me.permissions.includes(permission);
}

export function useMay(permission: Scope): boolean {
  return may(useMe(), permission);
}
