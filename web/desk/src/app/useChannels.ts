import { api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { useMay } from "./useMe.ts";

export const channelsQuery = queryOptions({
  queryKey: keys.channels,
  queryFn: api.channels.list,
  staleTime: Number.POSITIVE_INFINITY,
});

/** What a channel is called; adapters bring their own names, so new channels need no new text here. */
export function useChannelName(): (channel: string) => string {
  const { locale } = useText();
  const { data } = useQuery({ ...channelsQuery, enabled: useMay("channels.read") });
  return useCallback(
    (channel) => data?.find((one) => one.channel === channel)?.name[locale] ?? channel,
    [data, locale],
  );
}
