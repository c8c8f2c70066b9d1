import { api, type CustomerCard, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, Notice, PickList, Skeleton } from "@damso/ui";
import { Button, Modal } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { faceName } from "../../app/faceName.ts";
import { messageOf } from "../../app/messageOf.ts";
import dialog from "../inbox/dialog.module.css";
import { identityValue } from "./identityText.ts";
import classes from "./merge.module.css";
import { SideCard } from "./SideCard.tsx";
import { useDecisions } from "./useDecisions.ts";

interface Props {
  customer: Pick<CustomerCard, "id">;
  /** Whom a suggestion named; without it the agent looks for somebody. */
  other?: string;
  onClose: () => void;
}

/** Makes two customers one, after showing side by side what becomes one and what the customer does not see. */
export function MergeDialog({ customer, other, onClose }: Props) {
  const { t } = useText();
  const [chosen, setChosen] = useState(other);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("identity.mergeTitle")}
      size={680}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      {chosen ? (
        <Preview
          ids={[customer.id, chosen]}
          onClose={onClose}
          onBack={other ? undefined : () => setChosen(undefined)}
        />
      ) : (
        <Search without={customer.id} onChoose={setChosen} />
      )}
    </Modal>
  );
}

function Search({ without, onChoose }: { without: string; onChoose: (id: string) => void }) {
  const { t, format } = useText();
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text.trim(), 150);
  const found = useQuery({
    queryKey: [...keys.customerList(q), "merge"],
    queryFn: ({ signal }) => api.customers.list({ q: q || undefined }, signal),
    placeholderData: keepPreviousData,
  });
  const choices = (found.data?.items ?? [])
    .filter((row) => row.id !== without)
    .slice(0, 8)
    .map((row) => ({
      id: row.id,
      label: faceName(row, t),
      hint: row.identities.map((one) => identityValue(one, format, t)).join(" · "),
      mark: <Avatar name={faceName(row, t)} initials={row.initials} colour={row.colour} size={20} />,
      run: () => onChoose(row.id),
    }));
  return (
    <PickList
      choices={choices}
      placeholder={t("customers.search")}
      empty={t("customers.noMatch")}
      onSearch={setText}
    />
  );
}

function Preview({ ids, onClose, onBack }: { ids: string[]; onClose: () => void; onBack?: () => void }) {
  const { t, format } = useText();
  const { merge } = useDecisions();
  const { data: preview, error } = useQuery({
    queryKey: keys.mergePreview(ids),
    queryFn: () => api.customers.previewMerge(ids),
    gcTime: 0,
  });
  if (error) return <Notice tone="danger">{messageOf(error, t)}</Notice>;
  if (!preview) return <Skeleton label={t("state.loading")} rows={5} />;
  const name = (id: string) => {
    const side = preview.sides.find((one) => one.customer_id === id);
    const alike = preview.sides.every((one) => one.name === side?.name);
    const address = alike && side?.identities[0] ? identityValue(side.identities[0], format, t) : "";
    return address || side?.name || t("identity.unnamed");
  };
  return (
    <div className={dialog.form}>
      <div className={classes.sides}>
        {preview.sides.map((side) => (
          <SideCard
            key={side.customer_id}
            side={side}
            mark={side.customer_id === preview.customer_id ? t("identity.remains") : undefined}
          />
        ))}
      </div>
      {preview.conflicts.length > 0 && (
        <section>
          <h3 className={classes.subtitle}>{t("identity.conflicts")}</h3>
          <ul className={classes.conflicts}>
            {preview.conflicts.map((conflict) => (
              <li key={conflict.key}>
                <span className={classes.key}>{conflict.key}</span>
                {conflict.values.map((value) => (
                  <span key={value.customer_id} className={classes.value} data-wins={value.wins}>
                    {name(value.customer_id)}: {said(value.value)}
                    {value.wins && <span className={classes.mark}>{t("identity.wins")}</span>}
                  </span>
                ))}
              </li>
            ))}
          </ul>
        </section>
      )}
      {preview.separated && <Notice tone="warn">{t("identity.wasSeparated")}</Notice>}
      <Notice tone="info">{preview.not_disclosed}</Notice>
      <div className={dialog.actions}>
        {onBack && (
          <Button variant="subtle" onClick={onBack}>
            {t("action.back")}
          </Button>
        )}
        <Button variant="subtle" onClick={onClose}>
          {t("action.cancel")}
        </Button>
        <Button
          data-autofocus
          variant="filled"
          loading={merge.isPending}
          onClick={() => merge.mutate(ids, { onSuccess: onClose })}
        >
          {t("identity.merge")}
        </Button>
      </div>
    </div>
  );
}

function said(value: unknown): string {
  return typeof value === "string" ? value : value === null ? "–" : JSON.stringify(value);
}
