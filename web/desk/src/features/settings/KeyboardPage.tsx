import { api, type KeyBook, type KeyPreset, keys, type MyKeys } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { Kbd, Skeleton } from "@damso/ui";
import { Button, SegmentedControl } from "@mantine/core";
import { IconPrinter, IconRotate } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useChangeSettings, useMySettings } from "../../app/useMySettings.ts";
import { ACTION_NAMES, PLACES } from "../shell/keyNames.ts";
import { KeyRow } from "./KeyRow.tsx";
import classes from "./keyboard.module.css";
import { Page } from "./Page.tsx";

const KeySheet = lazy(() => import("../shell/KeySheet.tsx"));
const PRESETS: KeyPreset[] = ["damso", "gmail", "zendesk"];

/** Every action of the desk with its keys, changed by pressing them. */
export function KeyboardPage() {
  const { t } = useText();
  const settings = useMySettings();
  const change = useChangeSettings();
  const [sheet, setSheet] = useState(false);
  const { data: book } = useQuery({
    queryKey: keys.keyBook,
    queryFn: api.me.keyBook,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const save = (wanted: MyKeys) => change.mutate({ keys: wanted });
  const changed = Object.keys(settings.keys.own).length > 0;

  return (
    <Page
      title={t("settings.keyboard")}
      lead={t("keyboard.lead")}
      wide
      actions={
        <Button
          variant="subtle"
          leftSection={<IconPrinter size={16} stroke={1.6} />}
          onClick={() => setSheet(true)}
        >
          {t("keyboard.sheet")}
        </Button>
      }
    >
      <div className={classes.head}>
        <SegmentedControl
          aria-label={t("keyboard.preset")}
          data={PRESETS.map((value) => ({ value, label: t(`keyboard.preset.${value}` as TextKey) }))}
          value={settings.keys.preset}
          onChange={(preset) => save({ preset: preset as KeyPreset, own: {} })}
        />
        {changed && (
          <Button
            variant="subtle"
            leftSection={<IconRotate size={16} stroke={1.6} />}
            onClick={() => save({ ...settings.keys, own: {} })}
          >
            {t("keyboard.resetAll")}
          </Button>
        )}
      </div>
      {!book && <Skeleton label={t("state.loading")} rows={8} />}
      {book && (
        <div className={classes.groups}>
          {PLACES.map(({ title, actions }) => (
            <section key={title}>
              <h3 className={classes.group}>{t(title)}</h3>
              {actions.map((action) => (
                <KeyRow
                  key={action}
                  action={action}
                  name={t(ACTION_NAMES[action])}
                  settings={settings}
                  book={book}
                  onSave={save}
                />
              ))}
            </section>
          ))}
          <Refused book={book} />
        </div>
      )}
      <Suspense>{sheet && <KeySheet onClose={() => setSheet(false)} />}</Suspense>
    </Page>
  );
}

/** What nobody can give away, and why. */
function Refused({ book }: { book: KeyBook }) {
  const { t } = useText();
  return (
    <details className={classes.refused}>
      <summary>{t("keyboard.refused")}</summary>
      <dl>
        {book.refused.map(({ reason, combos }) => (
          <div key={reason}>
            <dt>{t(`keyboard.refused.${reason}` as TextKey)}</dt>
            <dd>
              {combos.map((combo) => (
                <Kbd key={combo} combo={combo} />
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
