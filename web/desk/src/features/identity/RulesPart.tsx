import { api, type KindRule, keys, type Protection } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconButton, Notice, Skeleton, toast, toastError } from "@damso/ui";
import { Button, Modal, NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { IconPencil, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { kindText } from "../customers/identityText.ts";
import settings from "../settings/settings.module.css";
import classes from "./identity.module.css";

/** How many identities of a kind one customer may have by rules, and values that name nobody. */
export function RulesPart() {
  const { t } = useText();
  const query = useQuery({ queryKey: keys.protection, queryFn: api.identity.protection });
  const [editing, setEditing] = useState<KindRule>();
  if (query.isError) return <Notice tone="danger">{messageOf(query.error, t)}</Notice>;
  if (!query.data) return <Skeleton label={t("state.loading")} />;
  return (
    <>
      <section className={settings.section}>
        <h3 className={settings.sectionTitle}>{t("protect.rules")}</h3>
        <p className={settings.sectionLead}>{t("protect.rulesLead")}</p>
        <ul className={settings.rows}>
          {query.data.rules.map((rule) => (
            <li key={rule.kind} className={settings.row}>
              <span className={settings.rowBody}>
                <span>{kindText(rule.kind, t)}</span>
                <span className="small muted cut" style={{ display: "block" }}>
                  <RuleText rule={rule} />
                </span>
              </span>
              {!rule.shipped && <span className="small muted">{t("protect.changed")}</span>}
              <IconButton
                label={t("protect.edit", { kind: kindText(rule.kind, t) })}
                onClick={() => setEditing(rule)}
              >
                <IconPencil size={16} stroke={1.6} />
              </IconButton>
            </li>
          ))}
        </ul>
      </section>
      <BlockedSection protection={query.data} />
      {editing && <RuleDialog rule={editing} onClose={() => setEditing(undefined)} />}
    </>
  );
}

function RuleText({ rule }: { rule: KindRule }) {
  const { t, format } = useText();
  const number = format.number(rule.most);
  return (
    <>
      {rule.hours === null
        ? t("protect.most", { number })
        : t("protect.mostWithin", { number, hours: format.number(rule.hours) })}{" "}
      · {t(rule.refuses ? "protect.refuses" : "protect.staysApart")} ·{" "}
      {t("protect.priority", { number: rule.priority })}
    </>
  );
}

function RuleDialog({ rule, onClose }: { rule: KindRule; onClose: () => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const [most, setMost] = useState<number | string>(rule.most);
  const [hours, setHours] = useState<number | string>(rule.hours ?? "");
  const [refuses, setRefuses] = useState(rule.refuses);
  const [priority, setPriority] = useState<number | string>(rule.priority);
  const done = (protection: Protection) => {
    client.setQueryData(keys.protection, protection);
    toast(t("settings.saved"));
    onClose();
  };
  const onError = (error: Error) => toastError(messageOf(error, t));
  const save = useMutation({
    mutationFn: () =>
      api.identity.setRule(rule.kind, {
        most: Number(most),
        hours: hours === "" ? null : Number(hours),
        refuses,
        priority: Number(priority),
      }),
    onSuccess: done,
    onError,
  });
  const reset = useMutation({
    mutationFn: () => api.identity.resetRule(rule.kind),
    onSuccess: done,
    onError,
  });
  return (
    <Modal opened onClose={onClose} title={t("protect.edit", { kind: kindText(rule.kind, t) })}>
      <form
        className={settings.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <NumberInput label={t("protect.mostLabel")} min={1} max={100000} value={most} onChange={setMost} />
        <NumberInput
          label={t("protect.hoursLabel")}
          description={t("protect.hoursText")}
          min={1}
          max={8760}
          value={hours}
          onChange={setHours}
        />
        <NumberInput
          label={t("protect.priorityLabel")}
          description={t("protect.priorityText")}
          min={1}
          max={99}
          value={priority}
          onChange={setPriority}
        />
        <Switch
          label={t("protect.refusesLabel")}
          description={t("protect.refusesText")}
          checked={refuses}
          onChange={(event) => setRefuses(event.currentTarget.checked)}
        />
        <div className={settings.actions}>
          <Button type="submit" loading={save.isPending}>
            {t("action.save")}
          </Button>
          {!rule.shipped && (
            <Button variant="subtle" loading={reset.isPending} onClick={() => reset.mutate()}>
              {t("protect.reset")}
            </Button>
          )}
        </div>
      </form>
    </Modal>
  );
}

const KINDS = ["", "user", "email", "phone", "anonymous"] as const;

function BlockedSection({ protection }: { protection: Protection }) {
  const { t } = useText();
  const client = useQueryClient();
  const [pattern, setPattern] = useState("");
  const [kind, setKind] = useState<string>("");
  const renew = () => void client.invalidateQueries({ queryKey: keys.protection });
  const onError = (error: Error) => toastError(messageOf(error, t));
  const add = useMutation({
    mutationFn: () => api.identity.block({ pattern: pattern.trim(), kind, note: "" }),
    onSuccess: () => {
      setPattern("");
      renew();
    },
    onError,
  });
  const remove = useMutation({ mutationFn: api.identity.unblock, onSuccess: renew, onError });
  const kindLabel = (one: string) => (one ? kindText(one, t) : t("protect.anyKind"));
  return (
    <section className={settings.section}>
      <h3 className={settings.sectionTitle}>{t("protect.blocked")}</h3>
      <p className={settings.sectionLead}>{t("protect.blockedLead")}</p>
      <form
        className={classes.blockForm}
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <Select
          label={t("protect.kind")}
          allowDeselect={false}
          data={KINDS.map((one) => ({ value: one, label: kindLabel(one) }))}
          value={kind}
          onChange={(value) => setKind(value ?? "")}
        />
        <TextInput
          label={t("protect.value")}
          placeholder="kiosk-*"
          maxLength={200}
          value={pattern}
          onChange={(event) => setPattern(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={!pattern.trim()} loading={add.isPending}>
          {t("held.block")}
        </Button>
      </form>
      <ul className={settings.rows}>
        {protection.blocked.map((one) => (
          <li key={one.id} className={settings.row}>
            <span className={settings.rowBody}>
              <code>{one.pattern}</code> <span className="small muted">{kindLabel(one.kind)}</span>
            </span>
            <IconButton
              label={t("protect.unblock", { value: one.pattern })}
              onClick={() => remove.mutate(one.id)}
            >
              <IconTrash size={16} stroke={1.6} />
            </IconButton>
          </li>
        ))}
      </ul>
      <details className={classes.details}>
        <summary>{t("protect.shipped")}</summary>
        <p className="small muted">{t("protect.shippedText")}</p>
        <p className="small">
          {protection.shipped_blocked.map((one) => (
            <code key={one.kind + one.pattern} className={classes.pattern}>
              {one.pattern}
            </code>
          ))}
        </p>
      </details>
    </section>
  );
}
