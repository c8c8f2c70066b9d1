import { api, keys, type Me } from "@damso/api";
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

export function mayManage(me: Me): boolean {
  return me.role !== "agent";
}
