import { api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, IconButton } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconSearch, IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useRecent } from "../palette/useRecent.tsx";
import classes from "./search.module.css";

/** Before anything is looked for: what was recent, and what waits. */
export function StartPanel({ onWords }: { onWords: (words: string) => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const lines = useRecent(true, onWords);
  if (lines.length === 0) {
    return (
      <EmptyState icon={<IconSearch size={32} stroke={1.4} />} title={t("search.beginTitle")}>
        {t("search.beginText")}
      </EmptyState>
    );
  }
  const forgetAll = async () => {
    await api.recent.forgetAll();
    await client.invalidateQueries({ queryKey: keys.start });
  };
  return (
    <div className={classes.start}>
      {lines.map((line, index) => (
        <div key={line.id}>
          {line.group !== lines[index - 1]?.group && (
            <div className={classes.startHead}>
              <h2 className="grow">{line.group}</h2>
              {line.forget && (
                <Button variant="subtle" data-size="small" onClick={() => void forgetAll()}>
                  {t("recent.forgetAll")}
                </Button>
              )}
            </div>
          )}
          <div className={classes.startLine}>
            <button type="button" className={classes.startOpen} onClick={line.run}>
              {line.mark}
              <span className="cut">{line.label}</span>
              <span className="small faint cut grow">{line.hint}</span>
            </button>
            {line.forget && (
              <IconButton label={t("recent.forget", { name: line.label })} onClick={line.forget}>
                <IconX size={16} stroke={1.6} />
              </IconButton>
            )}
          </div>
        </div>
      ))}
    </div>
  );
}
