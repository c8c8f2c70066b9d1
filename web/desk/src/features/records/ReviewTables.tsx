import type { ReviewSummary } from "@damso/api";
import { useText } from "@damso/i18n";
import { StateMark, Time } from "@damso/ui";
import settings from "../settings/settings.module.css";
import classes from "./records.module.css";
import { routeText } from "./recordText.ts";
import { Who } from "./Who.tsx";

interface Props {
  summary: ReviewSummary;
}

/** Accounts, those who saw most people first; what is unusual is so against their own past. */
export function Accounts({ summary }: Props) {
  const { t, format } = useText();
  return (
    <section className={settings.section}>
      <h3 className={settings.sectionTitle}>{t("review.accounts")}</h3>
      <p className={settings.sectionLead}>{t("review.accountsLead")}</p>
      {summary.accounts.length === 0 && <p className="muted">{t("review.nothing")}</p>}
      {summary.accounts.length > 0 && (
        <div className={classes.scroll}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t("records.who")}</th>
                <th scope="col" className={classes.number}>
                  {t("review.customers")}
                </th>
                <th scope="col" className={classes.number}>
                  {t("review.usual")}
                </th>
                <th scope="col" className={classes.number}>
                  {t("review.night")}
                </th>
                <th scope="col" className={classes.number}>
                  {t("review.taken")}
                </th>
                <th scope="col">{t("review.notable")}</th>
              </tr>
            </thead>
            <tbody>
              {summary.accounts.map((account) => (
                <tr key={`${account.who.kind}:${account.who.id}`}>
                  <td className={classes.person}>
                    <Who who={account.who} />
                  </td>
                  <td className={`${classes.number} num`}>{format.number(account.customers)}</td>
                  <td className={`${classes.number} num muted`}>
                    {account.usual === null ? "–" : format.number(account.usual)}
                  </td>
                  <td className={`${classes.number} num`}>{format.number(account.night)}</td>
                  <td className={`${classes.number} num`}>{format.number(account.taken)}</td>
                  <td>
                    {account.unusual && <StateMark tone="warn">{t("review.unusual")}</StateMark>}
                    {account.new_addresses.length > 0 && (
                      <div className="small">
                        {t("review.newAddress")}{" "}
                        <span className="num">{account.new_addresses.join(", ")}</span>
                      </div>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** Everything that left, with the reason that was given. */
export function TakenOut({ summary }: Props) {
  const { t, format } = useText();
  return (
    <section className={settings.section}>
      <h3 className={settings.sectionTitle}>{t("review.takenTitle")}</h3>
      {summary.taken.length === 0 && <p className="muted">{t("review.takenNone")}</p>}
      {summary.taken.length < summary.taken_count && (
        <p className="small muted">
          {t("review.takenSome", { shown: summary.taken.length, all: format.number(summary.taken_count) })}
        </p>
      )}
      {summary.taken.length > 0 && (
        <div className={classes.scroll}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t("records.when")}</th>
                <th scope="col">{t("records.who")}</th>
                <th scope="col">{t("records.act")}</th>
                <th scope="col" className={classes.number}>
                  {t("review.customers")}
                </th>
                <th scope="col">{t("reason.note")}</th>
              </tr>
            </thead>
            <tbody>
              {summary.taken.map((one) => (
                <tr key={`${one.at}:${one.who.id}:${one.route}`}>
                  <td className={classes.when}>
                    <Time at={one.at} as="moment" />
                  </td>
                  <td className={classes.person}>
                    <Who who={one.who} />
                  </td>
                  <td className={classes.what}>
                    {t(`access.${one.act as "downloaded"}`)}{" "}
                    <span className="muted">{routeText(one.route, t)}</span>
                  </td>
                  <td className={`${classes.number} num`}>{format.number(one.customers)}</td>
                  <td>
                    {one.reason ? t(`reason.${one.reason}`) : "–"}
                    {one.note && <div className="small muted">{one.note}</div>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** Who was tried, how often, from where. */
export function FailedTries({ summary }: Props) {
  const { t } = useText();
  return (
    <section className={settings.section}>
      <h3 className={settings.sectionTitle}>{t("review.failed")}</h3>
      {summary.failed.length === 0 && <p className="muted">{t("review.nothing")}</p>}
      <ul className={settings.rows} hidden={summary.failed.length === 0}>
        {summary.failed.map((one) => (
          <li key={`${one.who.kind}:${one.who.id}`} className={settings.row}>
            <div className={settings.rowBody}>
              <Who who={one.who} />
              <div className="small muted num">{one.addresses.join(", ")}</div>
            </div>
            <span className="num">{t("review.tries", { count: one.tries })}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
