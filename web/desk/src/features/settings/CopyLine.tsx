import { useText } from "@damso/i18n";
import { IconButton } from "@damso/ui";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useState } from "react";
import classes from "./settings.module.css";

/** Something to be taken elsewhere: shown whole, copied by one click. */
export function CopyLine({ value, label }: { value: string; label: string }) {
  const { t } = useText();
  const [copied, setCopied] = useState(false);
  return (
    <div className={classes.code}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long value scrolls and must be reachable by keyboard */}
      <code tabIndex={0} role="group" aria-label={label}>
        {value}
      </code>
      <IconButton
        label={copied ? t("action.copied") : t("action.copy")}
        onClick={async () => {
          await navigator.clipboard.writeText(value);
          setCopied(true);
        }}
      >
        {copied ? <IconCheck size={16} stroke={1.8} /> : <IconCopy size={16} stroke={1.6} />}
      </IconButton>
    </div>
  );
}
