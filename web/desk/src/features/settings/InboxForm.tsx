import { ApiError, api, type Channel, type Inbox, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, toast, toastError } from "@damso/ui";
import { Button, Switch, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { CheckOutcome, problemsOf } from "./CheckOutcome.tsx";
import { type Config, ConfigForm } from "./ConfigForm.tsx";
import { filledConfig } from "./configFields.ts";
import classes from "./settings.module.css";

/** The settings of a connection; like a new one they are tried before they are saved. */
export function InboxForm({ inbox, channel }: { inbox: Inbox; channel: Channel }) {
  const { t } = useText();
  const client = useQueryClient();
  const [name, setName] = useState(inbox.name);
  const [config, setConfig] = useState<Config>(inbox.config);
  const took = (after: Inbox) =>
    client.setQueryData<Inbox[]>(keys.inboxes, (all) =>
      all?.map((one) => (one.id === after.id ? after : one)),
    );
  const wanted = () => filledConfig(channel.schema, config);
  const check = useMutation({
    mutationFn: () => api.channels.check({ channel: inbox.channel, config: wanted(), inbox_id: inbox.id }),
  });
  const save = useMutation({
    mutationFn: (force: boolean) =>
      api.channels.patch(inbox.id, { name: name.trim(), config: wanted() }, force),
    onSuccess: (after) => {
      took(after);
      setConfig(after.config);
      toast(t("settings.saved"));
    },
  });
  const enable = useMutation({
    mutationFn: (enabled: boolean) => api.channels.patch(inbox.id, { enabled }),
    onSuccess: took,
    onError: (error) => toastError(messageOf(error, t)),
  });
  const error = save.error ?? check.error;
  const errors = error instanceof ApiError ? error.fields : {};

  return (
    <section className={classes.section}>
      <h2 className={classes.sectionTitle}>{t("channels.settings")}</h2>
      <p className={classes.sectionLead}>{t("channels.settingsLead")}</p>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(false);
        }}
      >
        <Switch
          label={t("channels.enabled")}
          description={t("channels.enabledHint")}
          checked={inbox.enabled}
          onChange={(event) => enable.mutate(event.currentTarget.checked)}
        />
        <TextInput
          label={t("channels.name")}
          required
          value={name}
          error={errors.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <ConfigForm
          schema={channel.schema}
          config={config}
          errors={errors}
          kept={inbox.secrets_set}
          onChange={setConfig}
        />
        {check.data && !save.isError && <CheckOutcome {...check.data} />}
        {save.isError && problemsOf(save.error).length > 0 && (
          <CheckOutcome ok={false} problems={problemsOf(save.error)} />
        )}
        {error && (
          <Notice
            tone="danger"
            urgent
            actions={
              error instanceof ApiError &&
              error.code === "CHECK_FAILED" && (
                <Button data-size="small" onClick={() => save.mutate(true)}>
                  {t("channels.saveAnyway")}
                </Button>
              )
            }
          >
            {messageOf(error, t)}
          </Notice>
        )}
        <div className={classes.actions}>
          <Button type="submit" variant="filled" disabled={!name.trim()} loading={save.isPending}>
            {t("action.save")}
          </Button>
          <Button loading={check.isPending} onClick={() => check.mutate()}>
            {t("channels.check")}
          </Button>
        </div>
      </form>
    </section>
  );
}
