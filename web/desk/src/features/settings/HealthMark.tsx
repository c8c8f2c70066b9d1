import type { Health } from "@damso/api";
import { useText } from "@damso/i18n";
import { StateMark } from "@damso/ui";

const TONES = { ok: "ok", failing: "danger", idle: "accent", off: "off" } as const;

export function HealthMark({ health }: { health: Health }) {
  const { t } = useText();
  return <StateMark tone={TONES[health.state]}>{t(`health.${health.state}`)}</StateMark>;
}
