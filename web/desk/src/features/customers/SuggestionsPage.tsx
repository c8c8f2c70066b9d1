import { api, keys, type SuggestedCustomer } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, EmptyState, IconButton, Notice, Skeleton } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconArrowLeft, IconUsersGroup } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { faceName } from "../../app/faceName.ts";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import { bandText } from "./bandText.ts";
import customers from "./customers.module.css";
import { EvidenceBars } from "./EvidenceBars.tsx";
import { identityValue } from "./identityText.ts";
import { MergeDialog } from "./MergeDialog.tsx";
import classes from "./merge.module.css";
import { useDecisions } from "./useDecisions.ts";

/** All customers who may be one person, most likely first: a supervisor's list to go through. */
export function SuggestionsPage() {
  const { t } = useText();
  const navigate = useNavigate();
  const { separate } = useDecisions();
  const compares = useMay("settings.manage");
  const [merging, setMerging] = useState<[string, string]>();
  const { least, below } = useSearch({ strict: false }) as { least?: number; below?: number };
  const query = useInfiniteQuery({
    queryKey: [...keys.allSuggestions, "all", least ?? null, below ?? null],
    queryFn: ({ pageParam }) => api.customers.allSuggestions({ cursor: pageParam, least, below }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const pairs = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className={customers.page}>
      <header className={customers.head}>
        <IconButton label={t("action.back")} onClick={() => void navigate({ to: "/customers" })}>
          <IconArrowLeft size={18} stroke={1.6} />
        </IconButton>
        <h1 className={customers.title}>{t("identity.allSuggestions")}</h1>
        {least !== undefined && (
          <Link to="/customers/suggestions" className="small">
            {t("matching.band", { band: bandText(least, below) })}
          </Link>
        )}
      </header>
      <div className={customers.scroll}>
        {query.isPending && <Skeleton label={t("state.loading")} rows={8} />}
        {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
        {query.isSuccess && pairs.length === 0 && (
          <EmptyState
            icon={<IconUsersGroup size={32} stroke={1.4} />}
            title={t("identity.noneTitle")}
            action={
              compares && (
                <Button renderRoot={(props) => <Link to="/settings/identity" {...props} />}>
                  {t("matching.run")}
                </Button>
              )
            }
          >
            {t("identity.noneText")}
          </EmptyState>
        )}
        <ul className={classes.pairs}>
          {pairs.map((pair) => (
            <li key={`${pair.one.id}-${pair.other.id}`} className={classes.pair}>
              <Person customer={pair.one} />
              <Person customer={pair.other} />
              <div>
                <p className="small muted">{pair.reason_texts.join(pair.evidence ? " · " : " ")}</p>
                {pair.evidence && pair.probability !== null && (
                  <EvidenceBars probability={pair.probability} evidence={pair.evidence} />
                )}
              </div>
              <div className={classes.cardActions}>
                <Button
                  size="compact-sm"
                  variant="default"
                  onClick={() => setMerging([pair.one.id, pair.other.id])}
                >
                  {t("identity.mergeWith")}
                </Button>
                <Button
                  size="compact-sm"
                  variant="subtle"
                  onClick={() => separate.mutate({ id: pair.one.id, other: pair.other.id })}
                >
                  {t("identity.notSame")}
                </Button>
              </div>
            </li>
          ))}
        </ul>
        {query.hasNextPage && (
          <div className={customers.more}>
            <Button variant="subtle" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
              {t("action.more")}
            </Button>
          </div>
        )}
      </div>
      {merging && (
        <MergeDialog customer={{ id: merging[0] }} other={merging[1]} onClose={() => setMerging(undefined)} />
      )}
    </div>
  );
}

function Person({ customer }: { customer: SuggestedCustomer }) {
  const { t, format } = useText();
  return (
    <div className={classes.sideHead}>
      <Avatar name={faceName(customer, t)} initials={customer.initials} colour={customer.colour} size={28} />
      <div className={classes.person}>
        <Link to="/customers/$customerId" params={{ customerId: customer.id }} className="cut">
          {faceName(customer, t)}
        </Link>
        <span className="small muted cut">
          {customer.identities.map((one) => identityValue(one, format, t)).join(" · ")}
        </span>
      </div>
    </div>
  );
}
