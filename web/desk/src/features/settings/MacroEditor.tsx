import { ApiError, api, keys, type Macro, type MacroSteps, type Priority, type Status } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, Modal, MultiSelect, NumberInput, Select, Switch, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useAgents, useCannedAnswers, useTags, useTeams } from "../../app/useLists.ts";
import { useMay } from "../../app/useMe.ts";
import dialog from "../inbox/dialog.module.css";

const DAY = 1_440;
const STATUSES: Status[] = ["open", "pending", "snoozed", "resolved"];
const PRIORITIES: Priority[] = ["urgent", "high", "normal", "low"];
/** Every step, empty: what is left so does nothing and is not sent. */
const EMPTY: Required<MacroSteps> = {
  answer_id: null,
  answer: "",
  send: false,
  note: "",
  assignee: null,
  team: null,
  priority: null,
  add_tag_ids: [],
  remove_tag_ids: [],
  status: null,
  snooze_minutes: null,
};

/** A macro's name and steps; each step that is filled in is done. */
export function MacroEditor({ macro, onClose }: { macro: Macro | null; onClose: () => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const keepsTeam = useMay("team.manage");
  const agents = useAgents();
  const teams = useTeams();
  const tags = useTags();
  const canned = useCannedAnswers();
  const [name, setName] = useState(macro?.name ?? "");
  const [shared, setShared] = useState(macro?.shared ?? false);
  const [steps, setSteps] = useState({ ...EMPTY, ...macro?.steps });
  const set = (change: Partial<MacroSteps>) => setSteps((before) => ({ ...before, ...change }));
  const answers = steps.answer_id !== null || steps.answer.trim() !== "";
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), shared, steps: { ...steps, send: steps.send && answers } };
      return macro ? api.macros.put(macro.id, body) : api.macros.create(body);
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.macros });
      onClose();
    },
  });
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  const tagChoices = tags.map((tag) => ({ value: tag.id, label: tag.name }));
  return (
    <Modal
      opened
      onClose={onClose}
      size={560}
      title={t(macro ? "macro.edit" : "macro.new")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextInput
          data-autofocus
          required
          label={t("views.name")}
          placeholder={t("macro.namePlaceholder")}
          value={name}
          error={fields.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label={t("macro.field.answer")}
          clearable
          searchable
          placeholder={t("macro.field.canned")}
          data={canned.map((one) => ({ value: one.id, label: `/${one.shortcut} · ${one.title}` }))}
          value={steps.answer_id}
          onChange={(answer_id) => set({ answer_id, answer: "" })}
        />
        {!steps.answer_id && (
          <Textarea
            aria-label={t("macro.field.answer")}
            placeholder={t("macro.field.own", { variable: "{{ customer.name }}" })}
            autosize
            minRows={2}
            maxRows={10}
            value={steps.answer}
            error={fields["steps.answer"]}
            onChange={(event) => set({ answer: event.currentTarget.value })}
          />
        )}
        <Switch
          label={t("macro.field.send")}
          description={t("macro.field.sendHint")}
          disabled={!answers}
          checked={steps.send && answers}
          onChange={(event) => set({ send: event.currentTarget.checked })}
        />
        <Textarea
          label={t("composer.note")}
          autosize
          minRows={1}
          maxRows={8}
          value={steps.note}
          error={fields["steps.note"]}
          onChange={(event) => set({ note: event.currentTarget.value })}
        />
        <div className={dialog.pair}>
          <Select
            label={t("filter.assignee")}
            clearable
            searchable
            placeholder={t("macro.field.keep")}
            data={[
              { value: "me", label: t("macro.field.runner") },
              { value: "none", label: t("filter.nobody") },
              ...agents.map((agent) => ({ value: agent.id, label: agent.name })),
            ]}
            value={steps.assignee}
            onChange={(assignee) => set({ assignee })}
          />
          <Select
            label={t("filter.team")}
            clearable
            placeholder={t("macro.field.keep")}
            data={[
              { value: "none", label: t("macro.field.noTeam") },
              ...teams.map((team) => ({ value: team.id, label: team.name })),
            ]}
            value={steps.team}
            onChange={(team) => set({ team })}
          />
        </div>
        <div className={dialog.pair}>
          <MultiSelect
            label={t("macro.field.addTags")}
            data={tagChoices}
            value={steps.add_tag_ids}
            onChange={(add_tag_ids) => set({ add_tag_ids })}
          />
          <MultiSelect
            label={t("macro.field.removeTags")}
            data={tagChoices}
            value={steps.remove_tag_ids}
            onChange={(remove_tag_ids) => set({ remove_tag_ids })}
          />
        </div>
        <div className={dialog.pair}>
          <Select
            label={t("filter.status")}
            clearable
            placeholder={t("macro.field.keep")}
            data={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
            value={steps.status}
            onChange={(status) => set({ status: status as Status | null, snooze_minutes: null })}
          />
          <Select
            label={t("filter.priority")}
            clearable
            placeholder={t("macro.field.keep")}
            data={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) }))}
            value={steps.priority}
            onChange={(priority) => set({ priority: priority as Priority | null })}
          />
        </div>
        {steps.status === "snoozed" && (
          <NumberInput
            label={t("macro.field.snoozeDays")}
            description={t("macro.field.snoozeHint")}
            min={1}
            max={366}
            allowDecimal={false}
            value={steps.snooze_minutes ? steps.snooze_minutes / DAY : ""}
            onChange={(days) => set({ snooze_minutes: typeof days === "number" ? days * DAY : null })}
          />
        )}
        {keepsTeam && (
          <Switch
            label={t("views.shared")}
            checked={shared}
            onChange={(event) => setShared(event.currentTarget.checked)}
          />
        )}
        {save.isError && (
          <Notice tone="danger" urgent>
            {messageOf(save.error, t)}
          </Notice>
        )}
        <div className={dialog.actions}>
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
