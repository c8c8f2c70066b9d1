import { api, type CustomerCard, type HistoryLine, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton, Time } from "@damso/ui";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import { identityValue } from "./identityText.ts";
import classes from "./merge.module.css";
import { UnmergeDialog } from "./UnmergeDialog.tsx";
import { useDecisions } from "./useDecisions.ts";

/** Who joined or parted this customer's addresses, when and why; folded until somebody asks. */
export function HistoryList({ customer }: { customer: CustomerCard }) {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  return (
    <details className={classes.history} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("identity.history")}</summary>
      {open && <Lines customer={customer} />}
    </details>
  );
}

function Lines({ customer }: { customer: CustomerCard }) {
  const { t } = useText();
  const { undo } = useDecisions();
  const merges = useMay("customers.merge");
  const [parting, setParting] = useState<number>();
  const { data, error } = useQuery({
    queryKey: keys.customerHistory(customer.id),
    queryFn: () => api.customers.history(customer.id),
  });
  if (error) return <Notice tone="danger">{messageOf(error, t)}</Notice>;
  if (!data) return <Skeleton label={t("state.loading")} rows={3} />;
  if (data.length === 0) return <p className="small muted">{t("identity.noHistory")}</p>;
  return (
    <>
      <ol className={classes.lines}>
        {data.map((line) => (
          <li key={line.link_id} className={classes.line} data-stands={line.stands}>
            <div className={classes.sideHead}>
              <span className="grow">
                {line.title}
                {!line.stands && <span className={classes.mark}>{t("identity.takenBack")}</span>}
              </span>
              <span className="small muted">
                <Time at={line.at} />
              </span>
            </div>
            <Parties line={line} />
            <p className="small muted">
              {line.reason}
              {line.actor_name && ` ${line.actor_name}`}
            </p>
            {merges && (line.can_undo || line.can_unmerge) && (
              <div className={classes.cardActions}>
                {line.can_unmerge && (
                  <Button size="compact-sm" variant="default" onClick={() => setParting(line.link_id)}>
                    {t("identity.unmerge")}
                  </Button>
                )}
                {line.can_undo && (
                  <Button size="compact-sm" variant="subtle" onClick={() => undo.mutate(line.link_id)}>
                    {t("action.undo")}
                  </Button>
                )}
              </div>
            )}
          </li>
        ))}
      </ol>
      {parting !== undefined && (
        <UnmergeDialog customer={customer} linkId={parting} onClose={() => setParting(undefined)} />
      )}
    </>
  );
}

function Parties({ line }: { line: HistoryLine }) {
  const { t, format } = useText();
  const named = line.parties.map((one) =>
    one.kind === "internal" || one.kind === "visitor"
      ? one.label || t("identity.unnamed")
      : identityValue({ kind: one.kind, value: one.label }, format, t),
  );
  return <p className="cut small">{[...new Set(named)].join(" ↔ ")}</p>;
}
