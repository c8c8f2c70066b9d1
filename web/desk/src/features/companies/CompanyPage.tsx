import { api, type CompanyCard } from "@damso/api";
import { useText } from "@damso/i18n";
import { ConfirmByName, IconButton, Skeleton, Time, toast } from "@damso/ui";
import { Button, Textarea } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "../../app/useMe.ts";
import { ConversationLinks } from "../customers/ConversationLinks.tsx";
import layout from "../customers/customers.module.css";
import panel from "../customers/panel.module.css";
import { Story } from "../customers/Story.tsx";
import { TraitTable } from "../customers/TraitList.tsx";
import { Failed } from "../shell/Failed.tsx";
import { CompanyName } from "./CompanyName.tsx";
import classes from "./companies.module.css";
import { DomainList } from "./DomainList.tsx";
import { PeopleList } from "./PeopleList.tsx";
import { companyQuery, companyStoryQuery, useCompanyChange } from "./queries.ts";

export function CompanyPage() {
  const { companyId } = useParams({ strict: false });
  const { t } = useText();
  const query = useQuery(companyQuery(companyId ?? ""));
  if (query.isError) return <Failed error={query.error} reset={() => void query.refetch()} />;
  if (!query.data) return <Skeleton label={t("state.loading")} rows={10} />;
  return <Company key={query.data.id} company={query.data} />;
}

function Company({ company }: { company: CompanyCard }) {
  const { t } = useText();
  const router = useRouter();
  const reads = useMay("conversations.read");
  const change = useCompanyChange((body: { note?: string; traits?: Record<string, unknown> }) =>
    api.companies.patch(company.id, body),
  );
  return (
    <div className={layout.page}>
      <header className={layout.head}>
        <IconButton
          label={t("action.back")}
          onClick={() =>
            router.history.canGoBack() ? router.history.back() : void router.navigate({ to: "/companies" })
          }
        >
          <IconArrowLeft size={18} stroke={1.6} />
        </IconButton>
        <nav aria-label={t("customers.trail")} className="grow cut">
          <Link to="/companies" className="muted">
            {t("room.companies")}
          </Link>
        </nav>
      </header>
      <div className={layout.scroll}>
        <div className={layout.card}>
          <div className={layout.facts}>
            <CompanyName company={company} />
            <div className={`small muted ${classes.figures}`}>
              {t("company.people", { count: company.people_count })}
              {reads && (
                <>
                  {" · "}
                  {t("company.totals", { open: company.open_conversations, all: company.all_conversations })}
                </>
              )}
              {" · "}
              {t("company.since")} <Time at={company.created_at} />
            </div>
            <DomainList company={company} />
            <Note company={company} onSave={(note) => change.mutate({ note })} />
            <TraitTable
              title={t("company.traits")}
              traits={traitsOf(company)}
              onSet={(key, value) => change.mutate({ traits: { [key]: value } })}
            />
            <PeopleList company={company} />
            {reads && (
              <section className={panel.section}>
                <h2 className={panel.sectionTitle}>{t("company.cases")}</h2>
                {company.conversations.length === 0 && <p className={panel.none}>{t("company.casesNone")}</p>}
                <ConversationLinks conversations={company.conversations} />
              </section>
            )}
            <Removal company={company} />
          </div>
          <div className={layout.story}>
            <Story story={(kinds) => companyStoryQuery(company.id, kinds)} />
          </div>
        </div>
      </div>
    </div>
  );
}

/** Each trait with who said it and when; what older releases kept tells neither. */
function traitsOf(company: CompanyCard) {
  return Object.entries(company.traits).map(([key, value]) => {
    const said = company.trait_sources[key] as { source: string; at: string } | undefined;
    return { key, value, source: said?.source, at: said?.at };
  });
}

function Note({ company, onSave }: { company: CompanyCard; onSave: (note: string) => void }) {
  const { t } = useText();
  const writes = useMay("customers.write");
  if (!writes && !company.note) return null;
  return (
    <section className={panel.section}>
      <h2 className={panel.sectionTitle}>{t("company.note")}</h2>
      {writes ? (
        <Textarea
          aria-label={t("company.note")}
          placeholder={t("company.notePlaceholder")}
          autosize
          minRows={2}
          maxRows={12}
          defaultValue={company.note}
          onBlur={(event) => {
            const note = event.currentTarget.value.trim();
            if (note !== company.note) onSave(note);
          }}
        />
      ) : (
        <p style={{ whiteSpace: "pre-wrap" }}>{company.note}</p>
      )}
    </section>
  );
}

function Removal({ company }: { company: CompanyCard }) {
  const { t } = useText();
  const navigate = useNavigate();
  const writes = useMay("customers.write");
  const [asking, setAsking] = useState(false);
  const remove = useCompanyChange(async () => {
    await api.companies.remove(company.id);
    toast(t("company.removed"));
    await navigate({ to: "/companies", replace: true });
  });
  if (!writes) return null;
  return (
    <div className={classes.danger}>
      <Button data-size="small" variant="subtle" data-tone="danger" onClick={() => setAsking(true)}>
        {t("company.remove")}
      </Button>
      {asking && (
        <ConfirmByName
          title={t("company.remove")}
          name={company.name}
          ask={t("company.removeAsk")}
          confirm={t("company.remove")}
          cancel={t("action.cancel")}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsking(false)}
        >
          {t("company.removeText")}
        </ConfirmByName>
      )}
    </div>
  );
}
