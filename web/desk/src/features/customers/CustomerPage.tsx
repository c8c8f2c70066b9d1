import type { CustomerCard } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, IconButton, Skeleton, Time } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconArrowLeft, IconEraser, IconFileSearch, IconMessagePlus, IconPrinter } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, Navigate, useParams, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { faceName } from "../../app/faceName.ts";
import { useMay } from "../../app/useMe.ts";
import { Memberships } from "../companies/Memberships.tsx";
import { ConsentSection } from "../consents/ConsentSection.tsx";
import { MemberLink } from "../counter/MemberLink.tsx";
import { OrderBlock } from "../orders/OrderBlock.tsx";
import { useOpened } from "../palette/useOpened.ts";
import { CustomerFigures } from "../segments/CustomerFigures.tsx";
import { CustomerSegments } from "../segments/CustomerSegments.tsx";
import { Failed } from "../shell/Failed.tsx";
import { AccessRequestDialog } from "./AccessRequestDialog.tsx";
import { ClaimList } from "./ClaimList.tsx";
import { ConversationLinks } from "./ConversationLinks.tsx";
import classes from "./customers.module.css";
import { EraseDialog } from "./EraseDialog.tsx";
import { IdentitySection } from "./IdentitySection.tsx";
import { NameField } from "./NameField.tsx";
import panel from "./panel.module.css";
import { customerQuery, timelineQuery } from "./queries.ts";
import { StartDialog } from "./StartDialog.tsx";
import { Story } from "./Story.tsx";
import { TraitList } from "./TraitList.tsx";
import { useWays } from "./useWays.ts";

export function CustomerPage() {
  const { customerId } = useParams({ strict: false });
  const { t } = useText();
  const query = useQuery(customerQuery(customerId ?? ""));
  if (query.isError) return <Failed error={query.error} reset={() => void query.refetch()} />;
  if (!query.data) return <Skeleton label={t("state.loading")} rows={10} />;
  if (query.data.merged_into) {
    return <Navigate to="/customers/$customerId" params={{ customerId: query.data.merged_into }} replace />;
  }
  return <Customer key={query.data.id} customer={query.data} />;
}

function Customer({ customer }: { customer: CustomerCard }) {
  const { t } = useText();
  const router = useRouter();
  useOpened({ customer_id: customer.id });
  const ways = useWays(customer);
  const writes = useMay("conversations.write");
  const reads = useMay("conversations.read");
  const erases = useMay("customers.erase");
  const [asking, setAsking] = useState(false);
  const [erasing, setErasing] = useState(false);
  const [starting, setStarting] = useState(false);
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <IconButton
          label={t("action.back")}
          onClick={() =>
            router.history.canGoBack() ? router.history.back() : void router.navigate({ to: "/customers" })
          }
        >
          <IconArrowLeft size={18} stroke={1.6} />
        </IconButton>
        <nav aria-label={t("customers.trail")} className="grow cut">
          <Link to="/customers" className="muted">
            {t("room.customers")}
          </Link>
        </nav>
        {erases && (
          <IconButton label={t("accessRequest.title")} onClick={() => setAsking(true)}>
            <IconFileSearch size={18} stroke={1.6} />
          </IconButton>
        )}
        {erases && (
          <IconButton label={t("erase.title")} onClick={() => setErasing(true)}>
            <IconEraser size={18} stroke={1.6} />
          </IconButton>
        )}
        <IconButton
          label={t("customer.print")}
          renderRoot={(props) => (
            <Link to="/customers/$customerId/print" params={{ customerId: customer.id }} {...props} />
          )}
        >
          <IconPrinter size={18} stroke={1.6} />
        </IconButton>
        {ways.length > 0 && writes && (
          <Button leftSection={<IconMessagePlus size={16} stroke={1.8} />} onClick={() => setStarting(true)}>
            {t("start.title")}
          </Button>
        )}
      </header>
      <div className={classes.scroll}>
        <div className={classes.card}>
          <div className={classes.facts}>
            <div className={panel.who}>
              <Avatar
                name={faceName(customer, t)}
                initials={customer.initials}
                colour={customer.colour}
                size={48}
              />
              <div className="grow">
                <NameField customer={customer} />
                <div className="small muted">
                  {t("customer.since")} <Time at={customer.created_at} />
                  {customer.last_seen_at && (
                    <>
                      {" · "}
                      {t("customer.lastSeen")} <Time at={customer.last_seen_at} />
                    </>
                  )}
                </div>
              </div>
            </div>
            <IdentitySection customer={customer} />
            <ClaimList claims={customer.claims} />
            <OrderBlock customerId={customer.id} />
            <MemberLink customer={customer} />
            <Memberships customer={customer} />
            <ConsentSection customer={customer} />
            <TraitList customer={customer} />
            <CustomerFigures customerId={customer.id} />
            <CustomerSegments customerId={customer.id} />
            {reads && (
              <section className={panel.section}>
                <h2 className={panel.sectionTitle}>{t("customer.cases")}</h2>
                {customer.conversations.length === 0 && <p className={panel.none}>{t("customer.noCases")}</p>}
                <ConversationLinks conversations={customer.conversations} />
              </section>
            )}
          </div>
          <div className={classes.story}>
            <Story story={(kinds) => timelineQuery(customer.id, kinds)} />
          </div>
        </div>
      </div>
      {asking && <AccessRequestDialog customer={customer} onClose={() => setAsking(false)} />}
      {erasing && <EraseDialog customer={customer} onClose={() => setErasing(false)} />}
      {starting && <StartDialog customer={customer} onClose={() => setStarting(false)} />}
    </div>
  );
}
