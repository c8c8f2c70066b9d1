import type { Evidence } from "@damso/api";
import { useText } from "@damso/i18n";
import classes from "./evidence.module.css";

/** How much each comparison speaks for or against two customers being one, as bars that go right or left. */
export function EvidenceBars({ probability, evidence }: { probability: number; evidence: Evidence }) {
  const { t, format } = useText();
  const most = Math.max(8, ...evidence.parts.map((part) => Math.abs(part.weight)));
  const signed = (weight: number) =>
    `${weight > 0 ? "+" : weight < 0 ? "−" : ""}${format.number(Math.abs(Math.round(weight * 10) / 10))}`;
  return (
    <details className={classes.evidence}>
      <summary>
        <span className={classes.percent}>{percentText(probability, format.number)}</span>
        <span className="muted">{t("matching.why")}</span>
      </summary>
      <table className={classes.table}>
        <caption className="small muted">{t("matching.evidenceLead")}</caption>
        <tbody>
          <tr>
            <th scope="row">{t("matching.start")}</th>
            <td />
            <td className="num">{signed(evidence.start)}</td>
          </tr>
          {evidence.parts.map((part) => (
            <tr key={part.on}>
              <th scope="row">{part.text}</th>
              <td aria-hidden="true">
                <span className={classes.track}>
                  <span
                    className={classes.bar}
                    data-against={part.weight < 0}
                    style={{ width: `${(Math.abs(part.weight) / most) * 50}%` }}
                  />
                </span>
              </td>
              <td className="num">{signed(part.weight)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** A probability never reads as certain: the last tenth of a percent stays open. */
export function percentText(probability: number, number: (value: number) => string): string {
  if (probability > 0.999) return `>${number(99.9)}%`;
  return `${number(Math.floor(probability * 1000) / 10)}%`;
}
