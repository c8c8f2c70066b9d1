import type { Source } from "@damso/api";
import { useText } from "@damso/i18n";
import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { CopyLine } from "../settings/CopyLine.tsx";
import { KITS, type Kit, snippetOf } from "./snippetOf.ts";
import classes from "./sources.module.css";

interface Props {
  kind: Source["kind"];
  writeKey: string;
}

/** What to paste into a site or a server, for the kit they use. */
export function Snippets({ kind, writeKey }: Props) {
  const { t } = useText();
  const [kit, setKit] = useState<Kit>(KITS[kind][0]);
  return (
    <div>
      <p className="small muted">{t("sources.paste")}</p>
      <div className={classes.tools} style={{ marginTop: 8 }}>
        <SegmentedControl
          aria-label={t("sources.kit")}
          value={kit}
          onChange={(chosen) => setKit(chosen as Kit)}
          data={KITS[kind].map((one) => ({ value: one, label: t(`sources.kit.${one}`) }))}
        />
      </div>
      <CopyLine value={snippetOf(kit, location.origin, writeKey)} label={t("sources.snippet")} />
    </div>
  );
}
