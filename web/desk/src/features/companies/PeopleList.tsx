import { api, type CompanyCard, type CompanyPerson } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, IconButton, toast } from "@damso/ui";
import { IconX } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { faceName } from "../../app/faceName.ts";
import { useMay } from "../../app/useMe.ts";
import { identityValue, sourceText } from "../customers/identityText.ts";
import panel from "../customers/panel.module.css";
import classes from "./companies.module.css";
import { useCompanyChange } from "./queries.ts";

/** Who belongs to the company, those seen last first. */
export function PeopleList({ company }: { company: CompanyCard }) {
  const { t, format } = useText();
  const writes = useMay("customers.write");
  const put = useCompanyChange((one: CompanyPerson) =>
    api.companies.putPerson(company.id, one.customer_id, one.role),
  );
  const leave = useCompanyChange((one: CompanyPerson) =>
    api.companies.removePerson(company.id, one.customer_id),
  );
  const takeOut = (one: CompanyPerson) =>
    leave.mutate(one, {
      onSuccess: () =>
        toast(t("company.left", { name: company.name }), {
          label: t("action.undo"),
          run: () => put.mutate(one),
        }),
    });
  return (
    <section className={panel.section}>
      <h2 className={panel.sectionTitle}>{t("company.people", { count: company.people_count })}</h2>
      {company.people.length === 0 && <p className={panel.none}>{t("company.peopleNone")}</p>}
      <ul>
        {company.people.map((one) => {
          const name = faceName({ id: one.customer_id, name: one.name }, t);
          const { kind, value } = one;
          const details = [one.role, kind && value && identityValue({ kind, value }, format, t)];
          return (
            <li key={one.customer_id} className={`${classes.person} ${panel.trait}`}>
              <Avatar name={name} initials={one.initials} colour={one.colour} size={28} />
              <div
                className={classes.personBody}
                title={t("fact.source", { source: sourceText(one.source, t) })}
              >
                <Link
                  to="/customers/$customerId"
                  params={{ customerId: one.customer_id }}
                  className={`${classes.personName} cut`}
                >
                  {name}
                </Link>
                <div className="small muted cut">{details.filter(Boolean).join(" · ")}</div>
              </div>
              {writes && (
                <IconButton
                  label={t("company.leave", { name: company.name })}
                  size={20}
                  className={panel.onHover}
                  onClick={() => takeOut(one)}
                >
                  <IconX size={12} />
                </IconButton>
              )}
            </li>
          );
        })}
      </ul>
      {company.people_count > company.people.length && (
        <p className={panel.none}>{t("company.peopleMore", { count: company.people.length })}</p>
      )}
    </section>
  );
}
