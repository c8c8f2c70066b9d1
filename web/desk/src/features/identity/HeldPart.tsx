import { api, type HeldJoin, type HeldSide, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, EmptyState, Notice, Skeleton, Time, toast, toastError } from "@damso/ui";
import { Button, Menu } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { faceName } from "../../app/faceName.ts";
import { messageOf } from "../../app/messageOf.ts";
import { identityValue, kindText } from "../customers/identityText.ts";
import classes from "./identity.module.css";

interface Verdict {
  held: HeldJoin;
  verdict: "allow" | "apart" | "block";
  identityId?: number;
}

/** Joins that a rule held back: let through, kept apart, or their value blocked. */
export function HeldPart() {
  const { t } = useText();
  const client = useQueryClient();
  const query = useInfiniteQuery({
    queryKey: keys.held,
    queryFn: ({ pageParam }) => api.identity.held(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const renew = () => {
    for (const key of [keys.held, keys.customers, keys.protection])
      void client.invalidateQueries({ queryKey: key });
  };
  const onError = (error: Error) => toastError(messageOf(error, t));
  const undo = useMutation({ mutationFn: api.customers.undo, onSuccess: renew, onError });
  const decide = useMutation({
    mutationFn: ({ held, verdict, identityId }: Verdict) =>
      api.identity.decideHeld(held.id, { verdict, identity_id: identityId }),
    onSuccess: ({ link_id }, { verdict }) => {
      toast(
        t(`held.done.${verdict}`),
        link_id === null ? undefined : { label: t("action.undo"), run: () => undo.mutate(link_id) },
      );
      renew();
    },
    onError,
  });
  const held = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <p className="muted">{t("held.lead")}</p>
      {query.isPending && <Skeleton label={t("state.loading")} rows={5} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.isSuccess && held.length === 0 && (
        <EmptyState icon={<IconShieldCheck size={32} stroke={1.4} />} title={t("held.none")}>
          {t("held.noneText")}
        </EmptyState>
      )}
      <ul>
        {held.map((one) => (
          <li key={one.id} className={classes.held}>
            <Side side={one.one} />
            <Side side={one.other} />
            <p className="small muted">
              {t("held.why", { kind: kindText(one.kind, t), count: one.count, most: one.most })}{" "}
              {t(`held.road.${one.road}`)} · {t("held.times", { count: one.times })} ·{" "}
              <Time at={one.last_at} />
            </p>
            <div className={classes.actions}>
              <Button size="compact-sm" onClick={() => decide.mutate({ held: one, verdict: "apart" })}>
                {t("held.apart")}
              </Button>
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => decide.mutate({ held: one, verdict: "allow" })}
              >
                {t("held.allow")}
              </Button>
              <Menu>
                <Menu.Target>
                  <Button size="compact-sm" variant="subtle">
                    {t("held.block")}
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  {[one.one, one.other]
                    .filter((side) => side.kind !== "internal")
                    .map((side) => (
                      <Menu.Item
                        key={side.identity_id}
                        onClick={() =>
                          decide.mutate({ held: one, verdict: "block", identityId: side.identity_id })
                        }
                      >
                        <Value side={side} />
                      </Menu.Item>
                    ))}
                </Menu.Dropdown>
              </Menu>
            </div>
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button variant="subtle" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          {t("action.more")}
        </Button>
      )}
    </>
  );
}

function Side({ side }: { side: HeldSide }) {
  const { t } = useText();
  const { customer } = side;
  return (
    <div className={classes.side}>
      <Avatar name={faceName(customer, t)} initials={customer.initials} colour={customer.colour} size={28} />
      <div className={classes.person}>
        <Link to="/customers/$customerId" params={{ customerId: customer.id }} className="cut">
          {faceName(customer, t)}
        </Link>
        <span className="small muted cut">
          <Value side={side} />
        </span>
      </div>
    </div>
  );
}

function Value({ side }: { side: HeldSide }) {
  const { t, format } = useText();
  return (
    <>
      {kindText(side.kind, t)} · {identityValue(side, format, t)}
    </>
  );
}
