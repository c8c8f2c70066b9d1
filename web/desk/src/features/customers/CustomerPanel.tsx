import type { Conversation } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, Notice, Skeleton, Time } from "@damso/ui";
import { IconArrowUpRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { faceName } from "../../app/faceName.ts";
import { messageOf } from "../../app/messageOf.ts";
import { Memberships } from "../companies/Memberships.tsx";
import { OrderBlock } from "../orders/OrderBlock.tsx";
import { ClaimList } from "./ClaimList.tsx";
import { ConversationLinks } from "./ConversationLinks.tsx";
import { CopyList } from "./CopyList.tsx";
import { IdentitySection } from "./IdentitySection.tsx";
import classes from "./panel.module.css";
import { customerQuery, timelineQuery } from "./queries.ts";
import { Story } from "./Story.tsx";
import { TraitList } from "./TraitList.tsx";

/** Beside a conversation: who this is, what is going on, what was before. */
export function CustomerPanel({ conversation }: { conversation: Conversation }) {
  const { t } = useText();
  const { data: customer, error } = useQuery(customerQuery(conversation.customer.id));
  if (error) return <Notice tone="danger">{messageOf(error, t)}</Notice>;
  if (!customer) return <Skeleton label={t("state.loading")} rows={8} />;
  const others = customer.conversations.filter((one) => one.id !== conversation.id);
  const copies = conversation.participants.filter((one) => one.role === "cc");
  return (
    <div className={classes.panel}>
      <header className={classes.who}>
        <Avatar
          name={faceName(customer, t)}
          initials={customer.initials}
          colour={customer.colour}
          size={40}
        />
        <div className="grow">
          <Link to="/customers/$customerId" params={{ customerId: customer.id }} className={classes.whoName}>
            <span className="cut">{faceName(customer, t)}</span>
            <IconArrowUpRight size={14} stroke={1.8} aria-hidden="true" />
          </Link>
          <div className="small muted">
            {customer.last_seen_at ? (
              <>
                {t("customer.lastSeen")} <Time at={customer.last_seen_at} />
              </>
            ) : (
              <>
                {t("customer.since")} <Time at={customer.created_at} />
              </>
            )}
          </div>
        </div>
      </header>
      <IdentitySection customer={customer} />
      <ClaimList claims={customer.claims} />
      {copies.length > 0 && (
        <section className={classes.section}>
          <h3 className={classes.sectionTitle}>{t("customer.copies")}</h3>
          <CopyList copies={copies} />
        </section>
      )}
      <section className={classes.section}>
        <h3 className={classes.sectionTitle}>{t("customer.now")}</h3>
        <dl className={classes.now}>
          {conversation.waiting_since && (
            <>
              <dt>{t("inbox.waiting")}</dt>
              <dd>
                <Time at={conversation.waiting_since} as="span" />
              </dd>
            </>
          )}
          <dt>{t("customer.brand")}</dt>
          <dd>{conversation.brand.name}</dd>
          <dt>{t("customer.opened")}</dt>
          <dd>
            <Time at={conversation.created_at} as="moment" />
          </dd>
        </dl>
      </section>
      <OrderBlock customerId={customer.id} conversationId={conversation.id} />
      <Memberships customer={customer} />
      <TraitList customer={customer} />
      {others.length > 0 && (
        <section className={classes.section}>
          <h3 className={classes.sectionTitle}>{t("customer.otherCases")}</h3>
          <ConversationLinks conversations={others} />
        </section>
      )}
      <section className={classes.section}>
        <Story story={(kinds) => timelineQuery(customer.id, kinds)} compact />
      </section>
    </div>
  );
}
