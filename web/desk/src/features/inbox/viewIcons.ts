import {
  IconBolt,
  IconCreditCard,
  IconFilter,
  IconFlame,
  IconHeart,
  IconPackage,
  IconStar,
  IconTruck,
} from "@tabler/icons-react";

/** Pictures a saved view can have, by the names the server keeps. */
export const VIEW_ICONS: Record<string, typeof IconFilter> = {
  filter: IconFilter,
  star: IconStar,
  flame: IconFlame,
  bolt: IconBolt,
  truck: IconTruck,
  package: IconPackage,
  card: IconCreditCard,
  heart: IconHeart,
};

export function viewIcon(name: string): typeof IconFilter {
  return VIEW_ICONS[name] ?? IconFilter;
}
