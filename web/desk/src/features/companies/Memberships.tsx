import { api, type CustomerCard } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconButton, toast } from "@damso/ui";
import { Tooltip } from "@mantine/core";
import { IconBuilding, IconPlus, IconX } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "../../app/useMe.ts";
import { sourceText } from "../customers/identityText.ts";
import panel from "../customers/panel.module.css";
import { JoinDialog } from "./JoinDialog.tsx";
import { useCompanyChange } from "./queries.ts";

/** The companies a customer belongs to, as what, and who said so. */
export function Memberships({ customer }: { customer: CustomerCard }) {
  const { t, format } = useText();
  const writes = useMay("customers.write");
  const [adding, setAdding] = useState(false);
  const put = useCompanyChange(({ id, role }: { id: string; role: string }) =>
    api.companies.putPerson(id, customer.id, role),
  );
  const leave = useCompanyChange((id: string) => api.companies.removePerson(id, customer.id));
  const companies = customer.companies;
  return (
    <section className={panel.section}>
      <h3 className={panel.sectionTitle}>
        <span className="grow">{t("company.title")}</span>
        {writes && (
          <IconButton label={t("company.add")} size={24} onClick={() => setAdding(true)}>
            <IconPlus size={14} stroke={1.8} />
          </IconButton>
        )}
      </h3>
      {companies.length === 0 && <p className={panel.none}>{t("company.none")}</p>}
      <ul className={panel.facts}>
        {companies.map((one) => (
          <Tooltip
            key={one.id}
            label={`${t("fact.source", { source: sourceText(one.source, t) })}\n${format.moment(one.at)}`}
            position="left"
            style={{ whiteSpace: "pre-line" }}
          >
            <li className={`${panel.fact} ${panel.trait}`}>
              <IconBuilding className={panel.factMark} size={16} stroke={1.6} aria-hidden="true" />
              <Link to="/companies/$companyId" params={{ companyId: one.id }} className="cut">
                {one.name}
              </Link>
              <span className="grow cut small muted">{one.role}</span>
              {writes && (
                <IconButton
                  label={t("company.leave", { name: one.name })}
                  size={20}
                  className={panel.onHover}
                  onClick={() =>
                    leave.mutate(one.id, {
                      onSuccess: () =>
                        toast(t("company.left", { name: one.name }), {
                          label: t("action.undo"),
                          run: () => put.mutate({ id: one.id, role: one.role }),
                        }),
                    })
                  }
                >
                  <IconX size={12} />
                </IconButton>
              )}
            </li>
          </Tooltip>
        ))}
      </ul>
      {adding && <JoinDialog customerId={customer.id} onClose={() => setAdding(false)} />}
    </section>
  );
}
