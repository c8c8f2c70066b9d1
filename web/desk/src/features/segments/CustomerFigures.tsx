import { api, type Id, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMay } from "../../app/useMe.ts";
import panel from "../customers/panel.module.css";
import classes from "./segments.module.css";
import { useFigure } from "./useFigure.ts";

const LOOK = 10_000;

/** What is worked out about a customer, each value with what it was worked out of. */
export function CustomerFigures({ customerId }: { customerId: Id }) {
  const { t, format } = useText();
  const figure = useFigure();
  const sees = useMay("segments.read");
  const { data } = useQuery({
    queryKey: keys.computedOf(customerId),
    queryFn: () => api.computed.ofCustomer(customerId),
    enabled: sees,
    refetchInterval: LOOK,
  });
  if (!data || (data.computed.length === 0 && !data.rfm)) return null;
  return (
    <section className={panel.section}>
      <h3 className={panel.sectionTitle}>{t("computed.title")}</h3>
      <ul className={panel.facts}>
        {data.rfm && (
          <li className={classes.computed}>
            <span className={classes.computedName}>{t("rfm.short")}</span>
            <span className="cut">
              {data.rfm.name} · {data.rfm.recency}-{data.rfm.frequency}-{data.rfm.monetary}
            </span>
            <span className="small muted">
              {data.rfm.computed_at && t("rfm.asOf", { at: format.moment(data.rfm.computed_at) })}
            </span>
          </li>
        )}
        {data.computed.map(({ id, name, sentence, worked }) => (
          <Tooltip
            key={id}
            label={
              worked.next_change_at
                ? `${sentence}\n${t("segment.changes")}: ${format.moment(worked.next_change_at)}`
                : sentence
            }
            position="left"
            multiline
            maw={320}
            style={{ whiteSpace: "pre-line" }}
          >
            <li className={classes.computed}>
              <span className={`${classes.computedName} cut`}>{name}</span>
              <span className="num cut">{figure(worked)}</span>
              <span className="small muted">
                {t("computed.from", { events: worked.events })}
                {worked.newest && ` · ${format.day(worked.newest)}`}
              </span>
            </li>
          </Tooltip>
        ))}
      </ul>
    </section>
  );
}
