import type { CustomerCard } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconButton } from "@damso/ui";
import { IconAffiliate, IconArrowMerge, IconArrowsSplit2 } from "@tabler/icons-react";
import { useState } from "react";
import { useMay } from "../../app/useMe.ts";
import { HistoryList } from "./HistoryList.tsx";
import { IdentityGraphDialog } from "./IdentityGraphDialog.tsx";
import { IdentityList } from "./IdentityList.tsx";
import { MergeDialog } from "./MergeDialog.tsx";
import classes from "./panel.module.css";
import { SuggestionCards } from "./SuggestionCards.tsx";
import { UnmergeDialog } from "./UnmergeDialog.tsx";

/** The ways to a customer, where they come from, and who else it may be. */
export function IdentitySection({ customer }: { customer: CustomerCard }) {
  const { t } = useText();
  const merges = useMay("customers.merge");
  const [doing, setDoing] = useState<"merge" | "unmerge" | "graph">();
  return (
    <>
      <section className={classes.section}>
        <h3 className={classes.sectionTitle}>
          <span className="grow">{t("customer.ways")}</span>
          {customer.identities.length > 1 && (
            <IconButton label={t("graph.title")} size={24} onClick={() => setDoing("graph")}>
              <IconAffiliate size={15} stroke={1.6} />
            </IconButton>
          )}
          {merges && (
            <IconButton label={t("identity.mergeTitle")} size={24} onClick={() => setDoing("merge")}>
              <IconArrowMerge size={15} stroke={1.6} />
            </IconButton>
          )}
          {merges && customer.identities.length > 1 && (
            <IconButton label={t("identity.unmergeTitle")} size={24} onClick={() => setDoing("unmerge")}>
              <IconArrowsSplit2 size={15} stroke={1.6} />
            </IconButton>
          )}
        </h3>
        <IdentityList identities={customer.identities} />
        <HistoryList customer={customer} />
      </section>
      {merges && <SuggestionCards customerId={customer.id} />}
      {doing === "graph" && (
        <IdentityGraphDialog customerId={customer.id} onClose={() => setDoing(undefined)} />
      )}
      {doing === "merge" && <MergeDialog customer={customer} onClose={() => setDoing(undefined)} />}
      {doing === "unmerge" && <UnmergeDialog customer={customer} onClose={() => setDoing(undefined)} />}
    </>
  );
}
