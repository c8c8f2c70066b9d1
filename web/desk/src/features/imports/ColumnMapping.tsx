import { api, type ColumnUse, type Import, keys, type TableColumns } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton } from "@damso/ui";
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import settings from "../settings/settings.module.css";
import { ColumnRow } from "./ColumnRow.tsx";
import { FixedFields, fixedAtFirst } from "./FixedFields.tsx";
import classes from "./imports.module.css";

/** What each column of a table is: proposed by its name, corrected by a person. Looking at it then changes nothing. */
export function ColumnMapping({ job, onDone }: { job: Import; onDone?: () => void }) {
  const { t } = useText();
  const head = useQuery({
    queryKey: keys.importColumns(job.id),
    queryFn: () => api.imports.columns(job.id),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  if (head.isPending) return <Skeleton label={t("state.loading")} rows={6} />;
  if (head.isError) return <Notice tone="danger">{messageOf(head.error, t)}</Notice>;
  return <Form job={job} head={head.data} onDone={onDone} />;
}

function Form({ job, head, onDone }: { job: Import; head: TableColumns; onDone?: (() => void) | undefined }) {
  const { t } = useText();
  const client = useQueryClient();
  const [uses, setUses] = useState(() => usesAtFirst(head));
  const [fixed, setFixed] = useState(() => head.mapping?.fixed ?? fixedAtFirst(job.product));
  const taken = new Set(uses.map((use) => use.target));
  const save = useMutation({
    mutationFn: () => api.imports.map(job.id, { columns: uses, fixed: withoutTaken(fixed, taken) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.imports });
      onDone?.();
    },
  });
  const change = (place: number, use: ColumnUse) =>
    setUses(
      uses.map((one, at) =>
        at === place ? use : one.target && one.target === use.target ? { ...one, target: "" } : one,
      ),
    );
  return (
    <form
      className={classes.mapping}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <p className="muted">{t(head.headed ? "import.map.lead" : "import.map.leadHeadless")}</p>
      <ul className={settings.rows}>
        {head.columns.map((column, place) => (
          <ColumnRow
            key={column.name}
            column={column}
            use={uses[place] as ColumnUse}
            targets={head.targets}
            free={head.free ?? ""}
            onChange={(use) => change(place, use)}
          />
        ))}
      </ul>
      <FixedFields
        targets={head.targets.filter((one) => one.fixed && !taken.has(one.key))}
        values={fixed}
        onChange={setFixed}
      />
      {save.isError && (
        <Notice tone="danger" urgent>
          {messageOf(save.error, t)}
        </Notice>
      )}
      <div className={settings.actions}>
        <Button type="submit" variant="filled" loading={save.isPending}>
          {t("import.look")}
        </Button>
        {onDone && (
          <Button variant="subtle" onClick={onDone}>
            {t("action.cancel")}
          </Button>
        )}
        <span className="small muted">{t("import.lookHint")}</span>
      </div>
    </form>
  );
}

function usesAtFirst(head: TableColumns): ColumnUse[] {
  const saved = new Map(head.mapping?.columns?.map((use) => [use.column, use]));
  return head.columns.map(
    (one) => saved.get(one.name) ?? { column: one.name, target: one.target, reading: one.reading },
  );
}

function withoutTaken(fixed: Record<string, string>, taken: ReadonlySet<string | undefined>) {
  return Object.fromEntries(Object.entries(fixed).filter(([key, value]) => value && !taken.has(key)));
}
