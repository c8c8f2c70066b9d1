import type { Limits, Room, Scope } from "@damso/api";
import { useText } from "@damso/i18n";
import { MultiSelect } from "@mantine/core";
import { useBrands, useInboxes, useTeams } from "../../app/useLists.ts";

interface Props {
  limits: Limits;
  /** What they may do without a limit: only rooms of that are offered. */
  permissions: Scope[];
  onChange: (limits: Limits) => void;
}

/** Where somebody's rights hold. An empty field limits nothing. */
export function LimitsFields({ limits, permissions, onChange }: Props) {
  const { t } = useText();
  const rooms = [...new Set(permissions.map((one) => one.split(".")[0] as Room))];
  const fields: { name: keyof Limits; data: { value: string; label: string }[] }[] = [
    { name: "brands", data: named(useBrands()) },
    { name: "inboxes", data: named(useInboxes()) },
    { name: "teams", data: named(useTeams()) },
    { name: "rooms", data: rooms.map((room) => ({ value: room, label: t(`limits.room.${room}`) })) },
  ];
  return (
    <>
      {fields.map(({ name, data }) => {
        const chosen: string[] = limits[name] ?? [];
        // What was deleted since still limits: it stays, and can be seen and taken away.
        const gone = chosen.filter((id) => !data.some((one) => one.value === id));
        return (
          <MultiSelect
            key={name}
            label={t(`limits.${name}`)}
            placeholder={chosen.length === 0 ? t(`limits.${name}All`) : undefined}
            data={[...data, ...gone.map((value) => ({ value, label: t("limits.gone") }))]}
            value={chosen}
            onChange={(value) => onChange({ ...limits, [name]: value })}
            clearable
            searchable
          />
        );
      })}
    </>
  );
}

function named(all: { id: string; name: string }[]) {
  return all.map((one) => ({ value: one.id, label: one.name }));
}

/** How many things somebody is limited to; 0 where nothing limits them. */
export function limitCount(limits: Limits): number {
  return Object.values(limits).reduce((sum, some) => sum + (some?.length ?? 0), 0);
}
