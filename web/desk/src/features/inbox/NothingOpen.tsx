import { useText } from "@damso/i18n";
import { EmptyState, Kbd } from "@damso/ui";
import { IconMessages } from "@tabler/icons-react";
import classes from "./inbox.module.css";

/** Beside the list before anything is opened. */
export function NothingOpen() {
  const { t } = useText();
  return (
    <div className={classes.nothing}>
      <EmptyState icon={<IconMessages size={32} stroke={1.4} />} title={t("inbox.nothingOpen")}>
        <span className={classes.hintKeys}>
          <span>
            <Kbd combo="j" /> <Kbd combo="k" /> {t("inbox.hintMove")}
          </span>
          <span>
            <Kbd combo="mod+k" /> {t("inbox.hintPalette")}
          </span>
          <span>
            <Kbd combo="?" /> {t("inbox.hintKeys")}
          </span>
        </span>
      </EmptyState>
    </div>
  );
}
