import type { ConsentStanding, CustomerCard, CustomerConsents } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconButton, Skeleton, StateMark } from "@damso/ui";
import { Tooltip } from "@mantine/core";
import { IconLink, IconMoodKid, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../app/useMe.ts";
import { sourceText } from "../customers/identityText.ts";
import panel from "../customers/panel.module.css";
import { AgeDialog } from "./AgeDialog.tsx";
import { ConsentHistory } from "./ConsentHistory.tsx";
import classes from "./consents.module.css";
import { LinkDialog } from "./LinkDialog.tsx";
import { consentsQuery } from "./queries.ts";
import { RecordDialog } from "./RecordDialog.tsx";

const TABLED = ["marketing", "night_marketing"] as const;

/** What the customer allows, by channel and purpose, and all that was ever said about it. */
export function ConsentSection({ customer }: { customer: CustomerCard }) {
  const { t } = useText();
  const writes = useMay("customers.write");
  const { data } = useQuery(consentsQuery(customer.id));
  const [open, setOpen] = useState<"record" | "age" | "link" | null>(null);
  const close = () => setOpen(null);
  return (
    <section className={panel.section}>
      <h3 className={panel.sectionTitle}>
        <span className="grow">{t("consent.title")}</span>
        {writes && (
          <>
            <IconButton label={t("consent.age")} size={24} onClick={() => setOpen("age")}>
              <IconMoodKid size={14} stroke={1.8} />
            </IconButton>
            {customer.identities.length > 0 && (
              <IconButton label={t("consent.link")} size={24} onClick={() => setOpen("link")}>
                <IconLink size={14} stroke={1.8} />
              </IconButton>
            )}
            <IconButton label={t("consent.record")} size={24} onClick={() => setOpen("record")}>
              <IconPlus size={14} stroke={1.8} />
            </IconButton>
          </>
        )}
      </h3>
      {!data && <Skeleton label={t("state.loading")} rows={2} />}
      {data && <Standing consents={data} />}
      {data && open === "record" && <RecordDialog customer={customer} consents={data} onClose={close} />}
      {data && open === "age" && <AgeDialog customerId={customer.id} age={data.age} onClose={close} />}
      {open === "link" && <LinkDialog customer={customer} onClose={close} />}
    </section>
  );
}

function Standing({ consents }: { consents: CustomerConsents }) {
  const { t, locale } = useText();
  const { standing, age } = consents;
  const tabled = consents.channels.filter((one) =>
    standing.some(
      (line) => line.channel === one.channel && TABLED.some((purpose) => purpose === line.purpose),
    ),
  );
  const find = (purpose: string, channel: string) =>
    standing.find((line) => line.purpose === purpose && line.channel === channel);
  return (
    <>
      {age && (
        <p className={classes.age}>
          <StateMark tone={age.guardian_consented ? "ok" : "danger"}>
            {t(age.guardian_consented ? "consent.guardianThere" : "consent.guardianMissing")}
          </StateMark>
        </p>
      )}
      {standing.length === 0 && <p className={panel.none}>{t("consent.none")}</p>}
      {tabled.length > 0 && (
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">
                <span className="sr-only">{t("consent.channel")}</span>
              </th>
              {TABLED.map((purpose) => (
                <th key={purpose} scope="col">
                  {t(`consent.${purpose}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {tabled.map((one) => (
              <tr key={one.channel}>
                <th scope="row">{locale === "ko" ? one.name_ko : one.name_en}</th>
                <td>
                  <Cell line={find("marketing", one.channel)} />
                </td>
                <td>{one.night_exempt ? null : <Cell line={find("night_marketing", one.channel)} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <ul className={panel.facts}>
        {standing
          .filter((line) => line.channel === "all")
          .map((line) => (
            <li key={line.purpose} className={panel.fact}>
              <span className="grow cut">{t(`consent.purpose.${line.purpose}`)}</span>
              <Cell line={line} />
            </li>
          ))}
      </ul>
      {consents.history.length > 0 && <ConsentHistory consents={consents} />}
    </>
  );
}

/** How one consent stands; since when and how it was given is told on hover and by focus. */
function Cell({ line }: { line?: ConsentStanding }) {
  const { t, format } = useText();
  if (!line?.since) return <span className="muted">{t("consent.unsaid")}</span>;
  const how = t("consent.how", { at: format.moment(line.since), method: sourceText(line.method ?? "", t) });
  return (
    <Tooltip label={how} position="left" events={{ hover: true, focus: true, touch: true }}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what the tooltip tells has to be reachable by keyboard */}
      <span tabIndex={0} className={classes.cell}>
        <StateMark tone={line.state === "given" ? "ok" : "danger"}>
          {t(line.state === "given" ? "consent.given" : "consent.withdrawn")}
        </StateMark>
        <span className="sr-only">{how}</span>
      </span>
    </Tooltip>
  );
}
