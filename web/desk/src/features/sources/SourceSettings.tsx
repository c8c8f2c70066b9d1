import { api, keys, type SourceDetail } from "@damso/api";
import { useText } from "@damso/i18n";
import { ConfirmByName, IconButton, Notice, Time, toast, toastError } from "@damso/ui";
import { Button, NumberInput, Switch, Textarea, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { CopyLine } from "../settings/CopyLine.tsx";
import settings from "../settings/settings.module.css";
import { linesOf } from "./NewSourceDialog.tsx";
import { Snippets } from "./Snippets.tsx";

/** Keys, what to paste, limits, and the end of a source. */
export function SourceSettings({ detail }: { detail: SourceDetail }) {
  const { source } = detail;
  return (
    <>
      <Keys detail={detail} />
      <Form detail={detail} />
      {source.kind === "browser" && <UserTokens detail={detail} />}
      <Removal detail={detail} />
    </>
  );
}

function Keys({ detail }: { detail: SourceDetail }) {
  const { t } = useText();
  const client = useQueryClient();
  const { source } = detail;
  const renew = () => void client.invalidateQueries({ queryKey: keys.source(source.id) });
  const onError = (error: Error) => toastError(messageOf(error, t));
  const add = useMutation({ mutationFn: () => api.sources.addKey(source.id), onSuccess: renew, onError });
  const revoke = useMutation({
    mutationFn: (id: string) => api.sources.revokeKey(source.id, id),
    onSuccess: renew,
    onError,
  });
  const shown = source.kind === "browser" ? detail.keys[0]?.shown : add.data?.write_key;
  return (
    <section className={settings.section}>
      <h3 className={settings.sectionTitle}>{t("sources.keys")}</h3>
      <p className={settings.sectionLead}>{t(`sources.keysText.${source.kind}`)}</p>
      {source.kind === "server" && add.data && (
        <>
          <Notice tone="warn">{t("apikeys.once")}</Notice>
          <CopyLine value={add.data.write_key} label={t("sources.key")} />
        </>
      )}
      <ul className={settings.rows}>
        {detail.keys.map((key) => (
          <li key={key.id} className={settings.row}>
            <div className={settings.rowBody}>
              <code className="cut" style={{ display: "block" }}>
                {source.kind === "browser" ? key.shown : `${key.shown}…`}
              </code>
              <span className="small muted">
                <Time at={key.created_at} />
              </span>
            </div>
            <IconButton
              label={t("apikeys.revoke", { name: key.shown })}
              onClick={() => {
                if (window.confirm(t("apikeys.revokeText"))) revoke.mutate(key.id);
              }}
            >
              <IconTrash size={16} stroke={1.6} />
            </IconButton>
          </li>
        ))}
      </ul>
      <div className={settings.actions} style={{ margin: "12px 0 20px" }}>
        <Button variant="default" loading={add.isPending} onClick={() => add.mutate()}>
          {t("apikeys.new")}
        </Button>
      </div>
      <Snippets kind={source.kind} writeKey={shown ?? t("sources.yourKey")} />
    </section>
  );
}

function Form({ detail }: { detail: SourceDetail }) {
  const { t } = useText();
  const client = useQueryClient();
  const { source } = detail;
  const [name, setName] = useState(source.name);
  const [origins, setOrigins] = useState(source.origins.join("\n"));
  const [pace, setPace] = useState<number | string>(source.events_per_second);
  const [enabled, setEnabled] = useState(source.enabled);
  const save = useMutation({
    mutationFn: () =>
      api.sources.patch(source.id, {
        name: name.trim(),
        origins: linesOf(origins),
        events_per_second: Number(pace),
        enabled,
      }),
    onSuccess: () => {
      toast(t("settings.saved"));
      void client.invalidateQueries({ queryKey: keys.sources });
    },
  });
  return (
    <form
      className={`${settings.section} ${settings.form}`}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <h3 className={settings.sectionTitle}>{t("sources.limits")}</h3>
      <TextInput
        label={t("field.name")}
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {source.kind === "browser" && (
        <Textarea
          label={t("sources.origins")}
          description={t("sources.originsText")}
          placeholder="https://shop.example"
          autosize
          minRows={2}
          value={origins}
          onChange={(event) => setOrigins(event.currentTarget.value)}
        />
      )}
      <NumberInput
        label={t("sources.pace")}
        description={t("sources.paceText")}
        min={1}
        max={100_000}
        value={pace}
        onChange={setPace}
      />
      <Switch
        label={t("sources.enabled")}
        checked={enabled}
        onChange={(event) => setEnabled(event.currentTarget.checked)}
      />
      {save.isError && (
        <Notice tone="danger" urgent>
          {messageOf(save.error, t)}
        </Notice>
      )}
      <div className={settings.actions}>
        <Button
          type="submit"
          variant="filled"
          disabled={!name.trim() || !Number(pace)}
          loading={save.isPending}
        >
          {t("action.save")}
        </Button>
      </div>
    </form>
  );
}

function UserTokens({ detail }: { detail: SourceDetail }) {
  const { t } = useText();
  const client = useQueryClient();
  const { source } = detail;
  const renew = useMutation({
    mutationFn: () => api.sources.renewTokenSecret(source.id),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.source(source.id) }),
    onError: (error) => toastError(messageOf(error, t)),
  });
  return (
    <section className={settings.section}>
      <h3 className={settings.sectionTitle}>{t("sources.tokens")}</h3>
      <p className={settings.sectionLead}>{t("sources.tokensText", { id: source.id })}</p>
      {renew.data && (
        <>
          <Notice tone="warn">{t("apikeys.once")}</Notice>
          <CopyLine value={renew.data.secret} label={t("sources.tokens")} />
        </>
      )}
      <div className={settings.actions} style={{ marginTop: 12 }}>
        <Button
          variant="default"
          loading={renew.isPending}
          onClick={() => {
            if (!source.has_token_secret || window.confirm(t("sources.tokensRenew"))) renew.mutate();
          }}
        >
          {t(source.has_token_secret ? "sources.tokensAgain" : "sources.tokensMake")}
        </Button>
      </div>
    </section>
  );
}

function Removal({ detail }: { detail: SourceDetail }) {
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.sources.remove(detail.source.id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.sources });
      void navigate({ to: "/settings/sources" as never });
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  return (
    <section className={settings.section}>
      <Button variant="subtle" color="red" onClick={() => setAsking(true)}>
        {t("sources.remove")}
      </Button>
      {asking && (
        <ConfirmByName
          title={t("sources.remove")}
          name={detail.source.name}
          ask={t("confirm.name", { name: detail.source.name })}
          confirm={t("action.delete")}
          cancel={t("action.cancel")}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsking(false)}
        >
          {t("sources.removeText")}
        </ConfirmByName>
      )}
    </section>
  );
}
