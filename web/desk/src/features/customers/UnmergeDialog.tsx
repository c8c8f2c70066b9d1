import { api, type CustomerCard, keys, type Leaving } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton } from "@damso/ui";
import { Button, Checkbox, Modal } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import dialog from "../inbox/dialog.module.css";
import { identityValue } from "./identityText.ts";
import classes from "./merge.module.css";
import { SideCard } from "./SideCard.tsx";
import { useDecisions } from "./useDecisions.ts";

interface Props {
  customer: CustomerCard;
  /** A merge of the history that is taken back; without it the agent chooses addresses. */
  linkId?: number;
  onClose: () => void;
}

/** Takes a customer apart, after showing what goes where. */
export function UnmergeDialog({ customer, linkId, onClose }: Props) {
  const { t, format } = useText();
  const [chosen, setChosen] = useState<number[]>([]);
  const ready = linkId !== undefined || (chosen.length > 0 && chosen.length < customer.identities.length);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("identity.unmergeTitle")}
      size={680}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <div className={dialog.form}>
        {linkId === undefined && (
          <Checkbox.Group
            label={t("identity.whoLeaves")}
            value={chosen.map(String)}
            onChange={(values) => setChosen(values.map(Number))}
          >
            <div className={classes.choices}>
              {customer.identities.map((one, index) => (
                <Checkbox
                  key={one.id}
                  value={String(one.id)}
                  data-autofocus={index === 0 || undefined}
                  label={identityValue(one, format, t)}
                />
              ))}
            </div>
          </Checkbox.Group>
        )}
        {ready ? (
          <Preview
            id={customer.id}
            leaving={{ identity_ids: linkId === undefined ? chosen : [], link_id: linkId }}
            onClose={onClose}
          />
        ) : (
          <p className="small muted">{t("identity.leaveSome")}</p>
        )}
      </div>
    </Modal>
  );
}

function Preview({ id, leaving, onClose }: { id: string; leaving: Leaving; onClose: () => void }) {
  const { t } = useText();
  const { unmerge } = useDecisions();
  const { data: preview, error } = useQuery({
    queryKey: keys.unmergePreview(id, leaving),
    queryFn: () => api.customers.previewUnmerge(id, leaving),
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  if (error) return <Notice tone="danger">{messageOf(error, t)}</Notice>;
  if (!preview) return <Skeleton label={t("state.loading")} rows={5} />;
  return (
    <>
      <div className={classes.sides}>
        {preview.sides.map((side, index) => (
          <SideCard
            key={side.customer_id ?? index}
            side={side}
            mark={
              index === 0
                ? t("identity.remains")
                : side.customer_id
                  ? t("identity.leaves")
                  : t("identity.isNew")
            }
          />
        ))}
      </div>
      {preview.divided.length > 0 && (
        <section>
          <h3 className={classes.subtitle}>{t("identity.divided")}</h3>
          <ul className={classes.conflicts}>
            {preview.divided.map((one) => (
              <li key={`${one.id}-${one.identity_id}`}>
                <span className="grow cut">{one.subject}</span>
                <span className="small muted num">{t("identity.moving", { count: one.messages })}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Notice tone="info">
        {preview.stays} {preview.kept_apart}
      </Notice>
      <div className={dialog.actions}>
        <Button variant="subtle" onClick={onClose}>
          {t("action.cancel")}
        </Button>
        <Button
          variant="filled"
          loading={unmerge.isPending}
          onClick={() => unmerge.mutate({ id, leaving }, { onSuccess: onClose })}
        >
          {t("identity.unmerge")}
        </Button>
      </div>
    </>
  );
}
