import type { CustomerCard } from "@damso/api";
import { useText } from "@damso/i18n";
import { useQuery } from "@tanstack/react-query";
import { channelsQuery, useChannelName } from "../../app/useChannels.ts";
import { useInboxes } from "../../app/useLists.ts";
import { identityValue } from "./identityText.ts";

export interface Way {
  /** `inbox|identity`, as a choice in a list. */
  value: string;
  label: string;
}

/** How we can write to a customer first: channels that allow it, to addresses of the kind they reach. */
export function useWays(customer: CustomerCard): Way[] {
  const { t, format } = useText();
  const channelName = useChannelName();
  const { data: channels = [] } = useQuery(channelsQuery);
  return useInboxes().flatMap((inbox) => {
    const policy = channels.find((one) => one.channel === inbox.channel)?.policy;
    if (!inbox.enabled || !policy?.may_start) return [];
    return customer.identities
      .filter((identity) => identity.reachable && identity.kind === policy.reaches)
      .map((identity) => ({
        value: `${inbox.id}|${identity.id}`,
        label: `${channelName(inbox.channel)} · ${identityValue(identity, format, t)} (${inbox.name})`,
      }));
  });
}
