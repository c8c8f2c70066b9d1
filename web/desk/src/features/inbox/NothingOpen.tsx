import { useText } from "@damso/i18n";
import { EmptyState } from "@damso/ui";
import { IconMessages } from "@tabler/icons-react";
import { KeyOf } from "../../app/KeyOf.tsx";
import classes from "./inbox.module.css";

/** Beside the list before anything is opened. */
export function NothingOpen() {
  const { t } = useText();
  return (
    <div className={classes.nothing}>
      <EmptyState icon={<IconMessages size={32} stroke={1.4} />} title={t("inbox.nothingOpen")}>
        <span className={classes.hintKeys}>
          <span>
            <KeyOf action="next" /> <KeyOf action="previous" /> {t("inbox.hintMove")}
          </span>
          <span>
            <KeyOf action="palette" /> {t("inbox.hintPalette")}
          </span>
          <span>
            <KeyOf action="sheet" /> {t("inbox.hintKeys")}
          </span>
        </span>
      </EmptyState>
    </div>
  );
}
