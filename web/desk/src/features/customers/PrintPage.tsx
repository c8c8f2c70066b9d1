import type { CustomerCard } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconButton, Skeleton } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconArrowLeft, IconPrinter } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { faceName } from "../../app/faceName.ts";
import { useChannelName } from "../../app/useChannels.ts";
import { useMay, useMe } from "../../app/useMe.ts";
import { Failed } from "../shell/Failed.tsx";
import { identityValue, proven, sourceText } from "./identityText.ts";
import classes from "./print.module.css";
import { customerQuery } from "./queries.ts";
import { valueText } from "./TraitList.tsx";

/** Everything about one customer on one page, for a printer. */
export function PrintPage() {
  const { customerId } = useParams({ strict: false });
  const { t } = useText();
  const query = useQuery(customerQuery(customerId ?? ""));
  if (query.isError) return <Failed error={query.error} reset={() => void query.refetch()} />;
  if (!query.data) return <Skeleton label={t("state.loading")} rows={10} />;
  return <File customer={query.data} />;
}

function File({ customer }: { customer: CustomerCard }) {
  const { t, format } = useText();
  const me = useMe();
  const navigate = useNavigate();
  const reads = useMay("conversations.read");
  const channelName = useChannelName();
  return (
    <div className={classes.desk}>
      <header className={classes.bar}>
        <IconButton
          label={t("action.back")}
          onClick={() => void navigate({ to: "/customers/$customerId", params: { customerId: customer.id } })}
        >
          <IconArrowLeft size={18} stroke={1.6} />
        </IconButton>
        <span className="grow muted">{t("customer.printTitle")}</span>
        <Button
          variant="filled"
          leftSection={<IconPrinter size={16} stroke={1.8} />}
          onClick={() => window.print()}
        >
          {t("customer.print")}
        </Button>
      </header>
      <article className={classes.paper}>
        <h1 className={classes.name}>{faceName(customer, t)}</h1>
        <p className={classes.lead}>
          {t("customer.since")} {format.moment(customer.created_at)}
          {" · "}
          {t("customer.lastSeen")} {format.moment(customer.last_seen_at)}
        </p>
        <Part title={t("customer.ways")}>
          <table className={classes.table}>
            <tbody>
              {customer.identities.map((one) => (
                <tr key={one.id}>
                  <td>{identityValue(one, format, t)}</td>
                  <td>{t(`proof.${proven(one)}`)}</td>
                  <td>{sourceText(one.source, t)}</td>
                  <td className={classes.when}>{format.moment(one.first_seen_at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Part>
        <Part title={t("company.title")} none={customer.companies.length === 0 && t("company.none")}>
          <ul>
            {customer.companies.map((one) => (
              <li key={one.id}>
                {[one.name, one.role, sourceText(one.source, t)].filter(Boolean).join(" · ")}
              </li>
            ))}
          </ul>
        </Part>
        <Part title={t("trait.title")} none={customer.traits.length === 0 && t("customer.noTraits")}>
          <table className={classes.table}>
            <tbody>
              {customer.traits.map((one) => (
                <tr key={one.key}>
                  <td>{one.key}</td>
                  <td>{valueText(one.value)}</td>
                  <td>{sourceText(one.source, t)}</td>
                  <td className={classes.when}>{format.moment(one.at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Part>
        <Part title={t("customer.consents")} none={t("customer.consentsNone")} />
        {reads && (
          <Part
            title={t("customer.cases")}
            none={customer.conversations.length === 0 && t("customer.noCases")}
          >
            <table className={classes.table}>
              <thead>
                <tr>
                  <th scope="col">{t("customer.printCase")}</th>
                  <th scope="col">{t("customer.printChannel")}</th>
                  <th scope="col">{t("customer.printState")}</th>
                  <th scope="col" className={classes.when}>
                    {t("customer.printLast")}
                  </th>
                </tr>
              </thead>
              <tbody>
                {customer.conversations.map((one) => (
                  <tr key={one.id}>
                    <td>{one.subject || t("conversation.noSubject")}</td>
                    <td>{channelName(one.channel)}</td>
                    <td>{t(`status.${one.status}`)}</td>
                    <td className={classes.when}>{format.moment(one.last_message_at)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Part>
        )}
        <footer className={classes.foot}>
          {t("customer.printedAt", { at: format.moment(new Date().toISOString()), name: me.name })}
        </footer>
      </article>
    </div>
  );
}

function Part({ title, none, children }: { title: string; none?: string | false; children?: ReactNode }) {
  return (
    <section className={classes.part}>
      <h2 className={classes.partTitle}>{title}</h2>
      {none ? <p className={classes.lead}>{none}</p> : children}
    </section>
  );
}
