import { api, type DataQuality, keys } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { Notice, Skeleton, Time } from "@damso/ui";
import { IconCircleCheck, IconCircleDashed } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { bandText } from "../customers/bandText.ts";
import { kindText, sourceText } from "../customers/identityText.ts";
import { Page } from "../settings/Page.tsx";
import settings from "../settings/settings.module.css";
import classes from "./identity.module.css";

/** What is amiss in the data that comes in. Each number leads to where it is mended. */
export function QualityPage() {
  const { t } = useText();
  const query = useQuery({ queryKey: keys.quality, queryFn: api.identity.quality });
  return (
    <Page wide title={t("settings.dataQuality")} lead={t("quality.lead")}>
      {query.isPending && <Skeleton label={t("state.loading")} rows={8} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data && <Parts quality={query.data} />}
    </Page>
  );
}

type Named = "refused" | "held" | "pairs" | "unknown" | "mixed" | "unreachable" | "orders";

interface Row {
  key: string;
  to: string;
  search?: Record<string, unknown>;
  what: ReactNode;
  about?: ReactNode;
  count?: number;
}

function Parts({ quality }: { quality: DataQuality }) {
  const { t } = useText();
  const { sources, plans, compared_at, traits, addresses, orders } = quality.looked_at;
  return (
    <>
      <Part
        part="refused"
        looked={sources}
        most={quality.most}
        rows={quality.refused.map((one) => ({
          key: one.source_id + one.code,
          to: `/settings/sources/${one.source_id}`,
          search: { part: "refused" },
          what: one.text,
          about: one.source,
          count: one.count,
        }))}
      />
      <Part
        part="held"
        looked
        most={quality.most}
        rows={quality.held.map((one) => ({
          key: one.kind,
          to: "/settings/identity",
          search: { part: "held" },
          what: t("quality.heldOf", { kind: kindText(one.kind, t) }),
          count: one.count,
        }))}
      />
      <Part
        part="pairs"
        looked={compared_at !== null}
        since={compared_at ?? undefined}
        begin="/settings/identity"
        rows={quality.pairs.map((one) => ({
          key: String(one.least),
          to: "/customers/suggestions",
          search: one.least === null ? {} : { least: one.least, below: one.below ?? undefined },
          what: one.least === null ? t("quality.byReason") : bandText(one.least, one.below),
          count: one.count,
        }))}
      />
      <Part
        part="unknown"
        looked={plans}
        begin="/settings/sources"
        rows={quality.unknown_events.map((one) => ({
          key: one.source_id + one.name,
          to: `/settings/sources/${one.source_id}`,
          search: { part: "plan" },
          what: one.name,
          about: (
            <>
              {one.source} · <Time at={one.first_at} />
            </>
          ),
          count: one.count,
        }))}
      />
      <Part
        part="mixed"
        looked={traits}
        rows={quality.mixed_traits.map((one) => ({
          key: one.key,
          to: "/settings/sources",
          what: one.key,
          about: [
            one.types.map((type) => t(`quality.type.${type}` as TextKey)),
            one.sources.map((source) => sourceText(source, t)),
          ]
            .map((words) => words.join(", "))
            .join(" · "),
        }))}
      />
      <Part
        part="unreachable"
        looked={addresses}
        most={quality.most}
        rows={quality.unreachable.map((one) => ({
          key: one.kind,
          to: "/settings/channels",
          what: kindText(one.kind, t),
          count: one.count,
        }))}
      />
      <Part
        part="orders"
        looked={orders}
        most={quality.most}
        rows={quality.order_problems.map((one) => ({
          key: one.code,
          to: `/customers/${one.customer_id}`,
          what: t(`quality.order.${one.code}` as TextKey),
          count: one.count,
        }))}
      />
    </>
  );
}

interface PartProps {
  part: Named;
  rows: Row[];
  /** Whether there was anything to look at, and when that was done if not just now. */
  looked: boolean;
  since?: string;
  /** Where that begins which was not looked at yet. */
  begin?: string;
  most?: number;
}

function Part({ part, rows, looked, since, begin, most }: PartProps) {
  const { t, format } = useText();
  const all = rows.reduce((sum, row) => sum + (row.count ?? 1), 0);
  return (
    <section className={settings.section} aria-label={t(`quality.${part}`)}>
      <h3 className={settings.sectionTitle}>
        {t(`quality.${part}`)} {all > 0 && <span className={classes.number}>{format.number(all)}</span>}
      </h3>
      {rows.length === 0 && (
        <p className={classes.state}>
          {looked ? (
            <IconCircleCheck size={16} className={classes.well} aria-hidden="true" />
          ) : (
            <IconCircleDashed size={16} aria-hidden="true" />
          )}
          <span>
            {t(looked ? `quality.${part}Well` : `quality.${part}Unseen`)}
            {since && (
              <>
                {" · "}
                {t("quality.compared")} <Time at={since} />
              </>
            )}
            {!looked && begin && (
              <>
                {" "}
                <Link to={begin as never}>{t(`quality.${part}Begin` as TextKey)}</Link>
              </>
            )}
          </span>
        </p>
      )}
      {rows.length > 0 && <p className={settings.sectionLead}>{t(`quality.${part}Text`)}</p>}
      <ul className={settings.rows} hidden={rows.length === 0}>
        {rows.map((row) => (
          <li key={row.key}>
            <Link
              to={row.to as never}
              search={(row.search ?? {}) as never}
              className={`${settings.row} ${settings.rowLink}`}
            >
              <span className={settings.rowBody}>
                <span className="cut" style={{ display: "block" }}>
                  {row.what}
                </span>
                {row.about && (
                  <span className="small muted cut" style={{ display: "block" }}>
                    {row.about}
                  </span>
                )}
              </span>
              {row.count !== undefined && (
                <span className="num">
                  {format.number(row.count)}
                  {most !== undefined && row.count >= most && "+"}
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
