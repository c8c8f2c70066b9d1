import { useText } from "@damso/i18n";
import { Select } from "@mantine/core";
import { Duration } from "./Duration.tsx";
import type { Window } from "./rule.ts";

const MONTH = 30 * 86_400;
type Mode = "ever" | "last" | "before";

interface Props {
  window: Window;
  modes?: Mode[];
  onChange: (window: Window) => void;
}

/** Ever, in the last so long, or longer ago than that. */
export function Period({ window, modes = ["last", "before", "ever"], onChange }: Props) {
  const { t } = useText();
  const mode: Mode = window.last ? "last" : window.before ? "before" : "ever";
  const length = window.last || window.before || MONTH;
  const turn = (chosen: Mode) => {
    if (chosen === "ever") onChange({});
    else onChange(chosen === "last" ? { last: length } : { before: length });
  };
  return (
    <>
      <Select
        aria-label={t("rule.period")}
        allowDeselect={false}
        data={modes.map((value) => ({ value, label: t(`rule.period.${value}`) }))}
        value={mode}
        onChange={(chosen) => chosen && turn(chosen as Mode)}
      />
      {mode !== "ever" && (
        <Duration
          label=""
          seconds={length}
          onChange={(seconds) =>
            onChange(mode === "last" ? { ...window, last: seconds } : { ...window, before: seconds })
          }
        />
      )}
    </>
  );
}
