import { api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar } from "@damso/ui";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { faceName } from "../../app/faceName.ts";
import { EvidenceBars } from "./EvidenceBars.tsx";
import { MergeDialog } from "./MergeDialog.tsx";
import classes from "./merge.module.css";
import panel from "./panel.module.css";
import { useDecisions } from "./useDecisions.ts";

const SHOWN = 3;

/** Other customers who may be this person, each with the reason. A person decides. */
export function SuggestionCards({ customerId }: { customerId: string }) {
  const { t } = useText();
  const { separate } = useDecisions();
  const [merging, setMerging] = useState<string>();
  const { data } = useQuery({
    queryKey: keys.customerSuggestions(customerId),
    queryFn: () => api.customers.suggestions(customerId),
  });
  if (!data?.length) return null;
  return (
    <section className={panel.section}>
      <h3 className={panel.sectionTitle}>{t("identity.maybeSame")}</h3>
      <ul className={classes.cards}>
        {data.slice(0, SHOWN).map(({ customer, reason_texts, probability, evidence }) => (
          <li key={customer.id} className={classes.card}>
            <div className={classes.sideHead}>
              <Avatar
                name={faceName(customer, t)}
                initials={customer.initials}
                colour={customer.colour}
                size={24}
              />
              <Link to="/customers/$customerId" params={{ customerId: customer.id }} className="grow cut">
                {faceName(customer, t)}
              </Link>
            </div>
            <p className="small muted">{reason_texts.join(evidence ? " · " : " ")}</p>
            {evidence && probability !== null && (
              <EvidenceBars probability={probability} evidence={evidence} />
            )}
            <div className={classes.cardActions}>
              <Button size="compact-sm" variant="default" onClick={() => setMerging(customer.id)}>
                {t("identity.mergeWith")}
              </Button>
              <Button
                size="compact-sm"
                variant="subtle"
                onClick={() => separate.mutate({ id: customerId, other: customer.id })}
              >
                {t("identity.notSame")}
              </Button>
            </div>
          </li>
        ))}
      </ul>
      {merging && (
        <MergeDialog customer={{ id: customerId }} other={merging} onClose={() => setMerging(undefined)} />
      )}
    </section>
  );
}
