import type { SearchHit } from "@damso/api";
import { useText } from "@damso/i18n";
import { faceName } from "../../app/faceName.ts";
import { useChannelName } from "../../app/useChannels.ts";
import type { ShownChip } from "./ChipRow.tsx";
import { nameOf } from "./customerNames.ts";
import type { Given } from "./given.ts";

/** The conditions that no filter below the box shows. */
export function useChips(given: Given, hits: SearchHit[], onChange: (change: Given) => void): ShownChip[] {
  const { t } = useText();
  const channelName = useChannelName();
  const chips: ShownChip[] = [];
  if (given.customer) {
    const hit = hits.find((one) => one.customer.id === given.customer);
    chips.push({
      id: "customer",
      name: t("search.customer"),
      value: nameOf(given.customer) ?? (hit ? faceName(hit.customer, t) : t("search.oneCustomer")),
      onRemove: () => onChange({ customer: undefined }),
    });
  }
  if (given.channel) {
    chips.push({
      id: "channel",
      name: t("filter.channel"),
      value: channelName(given.channel),
      onRemove: () => onChange({ channel: undefined }),
    });
  }
  return chips;
}
