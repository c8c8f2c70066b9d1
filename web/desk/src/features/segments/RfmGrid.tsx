import type { RfmCell, RfmPicture } from "@damso/api";
import { useText } from "@damso/i18n";
import { Link } from "@tanstack/react-router";
import type { CSSProperties } from "react";
import { useMay } from "../../app/useMe.ts";
import { asRule } from "./rule.ts";
import classes from "./segments.module.css";

const SCORES = [1, 2, 3, 4, 5];

/** Twenty-five cells: recency to the right, frequency and amount upwards. A cell begins a segment of its customers, or
 * lists them to whoever may make none. */
export function RfmGrid({ picture }: { picture: RfmPicture }) {
  const { t } = useText();
  const most = Math.max(1, ...picture.cells.map((cell) => cell.customers));
  const names = new Map(picture.groups.map((one) => [one.group, one.name]));
  const at = (recency: number, value: number) =>
    picture.cells.find((cell) => cell.recency === recency && cell.value === value);
  return (
    <div className={classes.gridFrame}>
      <table className={classes.grid} aria-label={t("rfm.title")}>
        <tbody>
          {[...SCORES].reverse().map((value) => (
            <tr key={value}>
              <Ends
                first={value === 1 && t("rfm.valueLow")}
                last={value === 5 && t("rfm.valueHigh")}
                of="row"
              />
              {SCORES.map((recency) => {
                const cell = at(recency, value);
                return (
                  <td key={recency}>
                    {cell && (
                      <Cell cell={cell} name={names.get(cell.group) ?? ""} share={cell.customers / most} />
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td />
            {SCORES.map((recency) => (
              <Ends
                key={recency}
                first={recency === 1 && t("rfm.longAgo")}
                last={recency === 5 && t("rfm.lately")}
                of="col"
              />
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

/** Only the ends of an axis are named; what lies between them heads nothing. */
function Ends({ first, last, of }: { first: string | false; last: string | false; of: "row" | "col" }) {
  const name = first || last;
  return name ? <th scope={of}>{name}</th> : <td />;
}

function Cell({ cell, name, share }: { cell: RfmCell; name: string; share: number }) {
  const { t, format } = useText();
  const writes = useMay("segments.write");
  const customers = format.number(cell.customers);
  const rule = asRule({ kind: "rfm", recency: [cell.recency], value: [cell.value] });
  const said = { name, customers, recency: cell.recency, value: cell.value };
  const shown = {
    className: classes.cell,
    style: { "--share": `${Math.round(100 * share)}%` } as CSSProperties,
    "aria-label": t(writes ? "rfm.cell" : "rfm.cellSee", said),
    "data-empty": cell.customers === 0,
    children: (
      <>
        <span className="num">{customers}</span>
        <span className={`${classes.cellName} cut`}>{name}</span>
      </>
    ),
  };
  if (!writes) return <Link to="/customers" search={{ rule }} {...shown} />;
  return (
    <Link to="/segments/new" search={{ name: `${name} ${cell.recency}-${cell.value}`, rule }} {...shown} />
  );
}
