import { useText } from "@damso/i18n";
import { SegmentedControl } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Page } from "../settings/Page.tsx";
import { HeldPart } from "./HeldPart.tsx";
import classes from "./identity.module.css";
import { MatchPart } from "./MatchPart.tsx";
import { RulesPart } from "./RulesPart.tsx";

const PARTS = ["match", "held", "rules"] as const;
type Part = (typeof PARTS)[number];

/** Who is one person: seeking duplicates, what is held for a decision, and what keeps strangers apart. */
export function IdentityPage() {
  const { t } = useText();
  const { part: asked } = useSearch({ strict: false }) as { part?: string };
  const [chosen, setChosen] = useState<Part>();
  const part = chosen ?? PARTS.find((one) => one === asked) ?? "match";
  return (
    <Page wide title={t("settings.identity")} lead={t("matching.lead")}>
      <SegmentedControl
        mb={20}
        aria-label={t("settings.identity")}
        value={part}
        onChange={(value) => setChosen(value as Part)}
        data={PARTS.map((one) => ({ value: one, label: t(`matching.part.${one}`) }))}
      />
      <div className={classes.part}>
        {part === "match" && <MatchPart />}
        {part === "held" && <HeldPart />}
        {part === "rules" && <RulesPart />}
      </div>
    </Page>
  );
}
