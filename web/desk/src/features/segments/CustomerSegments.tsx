import { api, type Id, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Time } from "@damso/ui";
import { IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMay } from "../../app/useMe.ts";
import panel from "../customers/panel.module.css";

/** The segments a customer is in, since when. */
export function CustomerSegments({ customerId }: { customerId: Id }) {
  const { t } = useText();
  const sees = useMay("segments.read");
  const { data } = useQuery({
    queryKey: keys.segmentsOf(customerId),
    queryFn: () => api.segments.ofCustomer(customerId),
    enabled: sees,
  });
  if (!sees || !data) return null;
  return (
    <section className={panel.section}>
      <h3 className={panel.sectionTitle}>{t("segment.ofCustomer")}</h3>
      {data.length === 0 && <p className={panel.none}>{t("segment.ofCustomerNone")}</p>}
      <ul className={panel.facts}>
        {data.map((one) => (
          <li key={one.segment_id} className={panel.fact}>
            <IconUsersGroup className={panel.factMark} size={16} stroke={1.6} aria-hidden="true" />
            <Link to="/segments/$segmentId" params={{ segmentId: one.segment_id }} className="grow cut">
              {one.name}
            </Link>
            <span className="small muted" title={t("segment.since")}>
              <Time at={one.from_at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
