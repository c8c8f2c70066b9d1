import { Dates, setLocale, TimeZone, useText } from "@damso/i18n";
import { Toasts, undoLatest } from "@damso/ui";
import { useMantineColorScheme } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { setKeymap } from "../../app/keymap.ts";
import { remember } from "../../app/remembered.ts";
import { useKeys } from "../../app/useKeys.ts";
import { useMay, useMe } from "../../app/useMe.ts";
import { useMySettings } from "../../app/useMySettings.ts";
import { undoLastAct } from "../bulk/act.ts";
import { Outbox } from "../composer/Outbox.tsx";
import { LiveProvider } from "../live/LiveProvider.tsx";
import { OpenMacro } from "../macros/OpenMacro.tsx";
import { openPalette, usePalette } from "../palette/paletteStore.ts";
import { ConnectionBar } from "./ConnectionBar.tsx";
import { Rail } from "./Rail.tsx";
import classes from "./shell.module.css";
import { useGoTo } from "./useGoTo.ts";
import { useNotifications } from "./useNotifications.ts";
import { useSessionEnd } from "./useSessionEnd.ts";

const loadPalette = () => import("../palette/Palette.tsx");
const Palette = lazy(loadPalette);
const KeySheet = lazy(() => import("./KeySheet.tsx"));

/** By then the first screen is there. */
const SETTLED = 1_500;

/** What stands around every room: the rail, the line, notices, the palette. */
export function Shell() {
  const me = useMe();
  const { keymap, density, dates } = useMySettings();
  const { t } = useText();
  const { setColorScheme } = useMantineColorScheme();
  const palette = usePalette();
  const [keySheet, setKeySheet] = useState(false);
  const notifications = useNotifications();
  const client = useQueryClient();
  const writes = useMay("conversations.write");
  useSessionEnd();

  useEffect(() => setColorScheme(me.theme), [me.theme, setColorScheme]);
  useEffect(() => setKeymap(keymap), [keymap]);
  useEffect(() => {
    document.documentElement.dataset.density = density;
  }, [density]);
  useEffect(() => {
    remember("locale", me.locale);
    void setLocale(me.locale);
  }, [me.locale]);

  useEffect(() => {
    // Who opens the palette types at once: it must not be on its way then.
    const timer = setTimeout(() => void loadPalette(), SETTLED);
    return () => clearTimeout(timer);
  }, []);

  useGoTo();
  useKeys({
    palette: () => openPalette(),
    sheet: () => setKeySheet(true),
    undo: () => {
      if (!undoLatest() && writes) void undoLastAct(client, t);
    },
  });

  return (
    <TimeZone value={me.timezone}>
      <Dates value={dates}>
        <LiveProvider
          onRow={notifications.onRow}
          onEntry={notifications.onEntry}
          onMention={notifications.onMention}
          onReminder={notifications.onReminder}
        >
          <Outbox />
          <OpenMacro />
          <div className={classes.desk}>
            <a className={classes.skip} href="#main">
              {t("shell.skip")}
            </a>
            <Rail onKeys={() => setKeySheet(true)} />
            <div className={classes.room}>
              <ConnectionBar />
              <main id="main" tabIndex={-1} className={classes.main}>
                <Outlet />
              </main>
            </div>
          </div>
          <Toasts closeLabel={t("action.close")} />
          <Suspense>
            {palette && <Palette start={palette.start} onKeys={() => setKeySheet(true)} />}
            {keySheet && <KeySheet onClose={() => setKeySheet(false)} />}
          </Suspense>
        </LiveProvider>
      </Dates>
    </TimeZone>
  );
}
