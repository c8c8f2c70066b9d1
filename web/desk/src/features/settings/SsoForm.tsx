import type { SignInPolicyView, SsoChange } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, PasswordInput, Select, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { useMe } from "../../app/useMe.ts";
import { CopyLine } from "./CopyLine.tsx";
import classes from "./settings.module.css";

interface Props {
  policy: SignInPolicyView;
  fields: Record<string, string>;
  saving: boolean;
  onSave: (sso: SsoChange) => void;
}

/** The connection to the company's identity provider. Owners change it, others may look. */
export function SsoForm({ policy, fields, saving, onSave }: Props) {
  const { t } = useText();
  const owner = useMe().role === "owner";
  const [sso, setSso] = useState({
    ...policy.sso,
    client_secret: "",
    domains: policy.sso.domains.join(", "),
  });
  const set = (part: Partial<typeof sso>) => setSso({ ...sso, ...part });
  return (
    <section className={classes.section}>
      <h2 className={classes.sectionTitle}>{t("policy.sso")}</h2>
      <p className={classes.sectionLead}>{t("policy.ssoLead")}</p>
      {!owner && <Notice tone="info">{t("policy.ownerOnly")}</Notice>}
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          const { enabled, required, issuer, client_id, client_secret, button, role } = sso;
          const domains = sso.domains.split(",").map((domain) => domain.trim());
          onSave({
            enabled,
            required,
            issuer,
            client_id,
            client_secret,
            button,
            role,
            domains: domains.filter(Boolean),
          });
          set({ client_secret: "" });
        }}
      >
        <fieldset className={classes.fieldset} disabled={!owner}>
          <div className={classes.field}>
            <span className={classes.fieldLabel}>{t("policy.redirect")}</span>
            <CopyLine value={policy.redirect_uri} label={t("policy.redirect")} />
          </div>
          <TextInput
            label={t("policy.issuer")}
            placeholder="https://login.example.com"
            inputMode="url"
            value={sso.issuer}
            error={fields["sso.issuer"]}
            onChange={(event) => set({ issuer: event.currentTarget.value })}
          />
          <TextInput
            label={t("policy.clientId")}
            autoComplete="off"
            value={sso.client_id}
            error={fields["sso.client_id"]}
            onChange={(event) => set({ client_id: event.currentTarget.value })}
          />
          <PasswordInput
            label={t("policy.secret")}
            description={sso.secret_set ? t("policy.secretSet") : undefined}
            autoComplete="off"
            visibilityToggleButtonProps={{ "aria-label": t("field.showPassword") }}
            value={sso.client_secret}
            onChange={(event) => set({ client_secret: event.currentTarget.value })}
          />
          <TextInput
            label={t("policy.button")}
            placeholder={t("session.sso")}
            value={sso.button}
            onChange={(event) => set({ button: event.currentTarget.value })}
          />
          <TextInput
            label={t("policy.domains")}
            description={t("policy.domainsHint")}
            placeholder="shop.example"
            value={sso.domains}
            error={fields["sso.domains"]}
            onChange={(event) => set({ domains: event.currentTarget.value })}
          />
          <Select
            label={t("policy.role")}
            allowDeselect={false}
            data={[
              { value: "", label: t("policy.roleNone") },
              { value: "agent", label: t("policy.roleAgent") },
              { value: "administrator", label: t("policy.roleAdministrator") },
            ]}
            value={sso.role ?? ""}
            disabled={!owner}
            onChange={(role) => set({ role: (role || null) as typeof sso.role })}
          />
          <Switch
            label={t("policy.enabled")}
            checked={sso.enabled}
            onChange={(event) => set({ enabled: event.currentTarget.checked })}
          />
          <Switch
            label={t("policy.required")}
            description={t("policy.requiredHint")}
            disabled={!sso.enabled}
            checked={sso.required}
            onChange={(event) => set({ required: event.currentTarget.checked })}
          />
          <div className={classes.actions}>
            <Button type="submit" variant="filled" loading={saving}>
              {t("policy.save")}
            </Button>
          </div>
        </fieldset>
      </form>
    </section>
  );
}
