import { ApiError, api, type CompanyCard } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconButton } from "@damso/ui";
import { Button, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import panel from "../customers/panel.module.css";
import classes from "./companies.module.css";
import { useCompanyChange } from "./queries.ts";

/** The domains whose addresses belong to the company. */
export function DomainList({ company }: { company: CompanyCard }) {
  const { t } = useText();
  const writes = useMay("customers.write");
  const [typing, setTyping] = useState(false);
  const [text, setText] = useState("");
  const add = useCompanyChange((domain: string) => api.companies.addDomain(company.id, domain));
  const remove = useCompanyChange((domain: string) => api.companies.removeDomain(company.id, domain));
  const problem = add.error && (add.error instanceof ApiError ? add.error.fields.domain : undefined);
  return (
    <section className={panel.section}>
      <h2 className={panel.sectionTitle}>
        <span className="grow">{t("companies.domains")}</span>
        {writes && (
          <IconButton label={t("company.domainAdd")} size={24} onClick={() => setTyping(true)}>
            <IconPlus size={14} stroke={1.8} />
          </IconButton>
        )}
      </h2>
      {company.domains.length === 0 && !typing && <p className={panel.none}>{t("company.domainNone")}</p>}
      <ul className={classes.domains}>
        {company.domains.map((domain) => (
          <li key={domain} className={classes.domain} data-fixed={!writes}>
            {domain}
            {writes && (
              <IconButton
                label={t("company.domainRemove", { domain })}
                size={20}
                onClick={() => remove.mutate(domain)}
              >
                <IconX size={12} />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
      {typing && (
        <form
          className={panel.traitForm}
          onKeyDown={(event) => event.key === "Escape" && setTyping(false)}
          onSubmit={(event) => {
            event.preventDefault();
            add.mutate(text.trim(), {
              onSuccess: () => {
                setTyping(false);
                setText("");
              },
            });
          }}
        >
          <TextInput
            autoFocus
            aria-label={t("company.domainAdd")}
            placeholder={t("company.domainPlaceholder")}
            value={text}
            error={add.isError && (problem ?? messageOf(add.error, t))}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <div className={panel.formActions}>
            <Button data-size="small" variant="subtle" onClick={() => setTyping(false)}>
              {t("action.cancel")}
            </Button>
            <Button data-size="small" type="submit" variant="filled" disabled={!text.trim()}>
              {t("action.add")}
            </Button>
          </div>
        </form>
      )}
    </section>
  );
}
