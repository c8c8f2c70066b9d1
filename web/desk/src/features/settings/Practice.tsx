import { useText } from "@damso/i18n";
import { StateMark } from "@damso/ui";

/** Says that a connection reaches nobody: a simulator stands in for its provider. */
export function Practice() {
  const { t } = useText();
  return <StateMark tone="warn">{t("channels.simulated")}</StateMark>;
}
