import {
  api,
  keys,
  type Language,
  type Me,
  type MePatch,
  type MySettings,
  type ThemeChoice,
} from "@damso/api";
import { useText } from "@damso/i18n";
import { toast, toastError } from "@damso/ui";
import { SegmentedControl, Select, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";
import { useMe } from "../../app/useMe.ts";
import { useChangeSettings, useMySettings } from "../../app/useMySettings.ts";
import { Page } from "./Page.tsx";
import classes from "./settings.module.css";

const THEMES: ThemeChoice[] = ["auto", "light", "dark"];

/** Name, language, zone and looks take effect at once. */
export function ProfilePage() {
  const { t } = useText();
  const me = useMe();
  const settings = useMySettings();
  const change = useChangeSettings();
  const client = useQueryClient();
  const patch = useMutation({
    mutationFn: (body: MePatch) => api.me.patch(body),
    onSuccess: (after) => {
      client.setQueryData<Me>(keys.me, after);
      toast(t("settings.saved"));
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  return (
    <Page title={t("settings.profile")}>
      <div className={classes.form}>
        <TextInput
          label={t("field.name")}
          defaultValue={me.name}
          autoComplete="name"
          onBlur={(event) => {
            const name = event.currentTarget.value.trim();
            if (name && name !== me.name) patch.mutate({ name });
          }}
        />
        <TextInput label={t("field.email")} value={me.email} readOnly />
        <div className={classes.pair}>
          <Select
            label={t("profile.language")}
            data={[
              { value: "ko", label: "한국어" },
              { value: "en", label: "English" },
            ]}
            value={me.locale}
            onChange={(locale) => patch.mutate({ locale: locale as Language })}
          />
          <Select
            label={t("profile.timezone")}
            searchable
            limit={50}
            data={Intl.supportedValuesOf("timeZone")}
            value={me.timezone}
            onChange={(timezone) => timezone && patch.mutate({ timezone })}
          />
        </div>
        <div className={classes.field}>
          <span className={classes.fieldLabel} id="theme">
            {t("profile.theme")}
          </span>
          <SegmentedControl
            aria-labelledby="theme"
            data={THEMES.map((value) => ({ value, label: t(`theme.${value}`) }))}
            value={me.theme}
            onChange={(theme) => patch.mutate({ theme: theme as ThemeChoice })}
          />
        </div>
        <div className={classes.field}>
          <span className={classes.fieldLabel} id="density">
            {t("profile.density")}
          </span>
          <SegmentedControl
            aria-labelledby="density"
            data={[
              { value: "comfortable", label: t("profile.comfortable") },
              { value: "compact", label: t("profile.compact") },
            ]}
            value={settings.density}
            onChange={(value) => change.mutate({ density: value as MySettings["density"] })}
          />
        </div>
        <div className={classes.field}>
          <span className={classes.fieldLabel} id="dates">
            {t("profile.dates")}
          </span>
          <SegmentedControl
            aria-labelledby="dates"
            data={[
              { value: "relative", label: t("profile.datesRelative") },
              { value: "exact", label: t("profile.datesExact") },
            ]}
            value={settings.dates}
            onChange={(value) => change.mutate({ dates: value as MySettings["dates"] })}
          />
        </div>
      </div>
    </Page>
  );
}
