import { ApiError, type Filter, type Priority, type Status, type View } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, TAG_COLOURS, TagDot } from "@damso/ui";
import { Button, Modal, MultiSelect, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useChannelName } from "../../app/useChannels.ts";
import { useAgents, useInboxes, useTags, useTeams } from "../../app/useLists.ts";
import classes from "./dialog.module.css";
import { useSaveView } from "./savedViews.ts";
import { VIEW_ICONS } from "./viewIcons.ts";

const STATUSES: Status[] = ["open", "pending", "snoozed", "resolved"];
const PRIORITIES: Priority[] = ["urgent", "high", "normal", "low"];

interface Props {
  view: View | null;
  onClose: () => void;
}

export function SavedViewDialog({ view, onClose }: Props) {
  const { t } = useText();
  const channelName = useChannelName();
  const agents = useAgents();
  const teams = useTeams();
  const tags = useTags();
  const inboxes = useInboxes();
  const [name, setName] = useState(view?.name ?? "");
  const [filter, setFilter] = useState<Filter>(view?.filter ?? { status: ["open", "pending"] });
  const [audience, setAudience] = useState(view?.shared ? "everybody" : (view?.team_id ?? "mine"));
  const [icon, setIcon] = useState(view?.icon || "filter");
  const [colour, setColour] = useState(view?.colour ?? "grey");
  const save = useSaveView(view, onClose);
  const set = (change: Partial<Filter>) => setFilter((before) => ({ ...before, ...change }));
  const channels = [...new Set(inboxes.map((inbox) => inbox.channel))];
  const fields = save.error instanceof ApiError ? save.error.fields : {};

  return (
    <Modal
      opened
      onClose={onClose}
      title={view ? t("views.editTitle") : t("views.newTitle")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          const team_id = audience === "mine" || audience === "everybody" ? null : audience;
          const shared = audience === "everybody";
          save.mutate({ name: name.trim(), filter: clean(filter), shared, team_id, icon, colour });
        }}
      >
        <TextInput
          data-autofocus
          label={t("views.name")}
          placeholder={t("views.namePlaceholder")}
          value={name}
          error={fields.name}
          onChange={(event) => setName(event.currentTarget.value)}
          required
        />
        <MultiSelect
          label={t("filter.status")}
          data={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
          value={filter.status ?? []}
          onChange={(status) => set({ status: status as Status[] })}
        />
        <div className={classes.pair}>
          <Select
            label={t("filter.assignee")}
            clearable
            searchable
            data={[
              { value: "me", label: t("filter.me") },
              { value: "none", label: t("filter.nobody") },
              ...agents.map((agent) => ({ value: agent.id, label: agent.name })),
            ]}
            value={filter.assignee ?? null}
            placeholder={t("filter.any")}
            onChange={(assignee) => set({ assignee: assignee ?? undefined })}
          />
          <Select
            label={t("filter.team")}
            clearable
            data={teams.map((team) => ({ value: team.id, label: team.name }))}
            value={filter.team_id ?? null}
            placeholder={t("filter.any")}
            onChange={(team) => set({ team_id: team ?? undefined })}
          />
        </div>
        <div className={classes.pair}>
          <MultiSelect
            label={t("filter.channel")}
            data={channels.map((value) => ({ value, label: channelName(value) }))}
            value={filter.channels ?? []}
            onChange={(value) => set({ channels: value })}
          />
          <MultiSelect
            label={t("filter.priority")}
            data={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) }))}
            value={filter.priority ?? []}
            onChange={(priority) => set({ priority: priority as Priority[] })}
          />
        </div>
        <MultiSelect
          label={t("filter.tags")}
          data={tags.map((tag) => ({ value: tag.id, label: tag.name }))}
          value={filter.tag_ids ?? []}
          onChange={(value) => set({ tag_ids: value })}
        />
        <Select
          label={t("views.audience")}
          allowDeselect={false}
          data={[
            { value: "mine", label: t("views.mine") },
            ...teams.map((team) => ({ value: team.id, label: t("views.teamOf", { name: team.name }) })),
            { value: "everybody", label: t("views.everybody") },
          ]}
          value={audience}
          onChange={(value) => setAudience(value ?? "mine")}
        />
        <div className={classes.pair}>
          <fieldset className={classes.choices}>
            <legend>{t("views.icon")}</legend>
            {Object.entries(VIEW_ICONS).map(([value, Mark]) => (
              <button
                key={value}
                type="button"
                className={classes.choice}
                aria-pressed={icon === value}
                aria-label={t(`views.icon.${value as "star"}`)}
                onClick={() => setIcon(value)}
              >
                <Mark size={16} stroke={1.6} />
              </button>
            ))}
          </fieldset>
          <fieldset className={classes.choices}>
            <legend>{t("views.colour")}</legend>
            {TAG_COLOURS.map((value) => (
              <button
                key={value}
                type="button"
                className={classes.choice}
                aria-pressed={colour === value}
                aria-label={value}
                onClick={() => setColour(value)}
              >
                <TagDot colour={value} />
              </button>
            ))}
          </fieldset>
        </div>
        {save.isError && (
          <Notice tone="danger" urgent>
            {messageOf(save.error, t)}
          </Notice>
        )}
        <div className={classes.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" variant="filled" disabled={!name.trim()} loading={save.isPending}>
            {t("action.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** Only what narrows: an empty choice is no condition. */
function clean(filter: Filter): Filter {
  return Object.fromEntries(
    Object.entries(filter).filter(([, value]) =>
      Array.isArray(value) ? value.length > 0 : value !== undefined,
    ),
  );
}
