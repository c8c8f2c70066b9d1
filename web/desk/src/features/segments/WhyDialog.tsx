import { api, type Id, keys, type SegmentPerson } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton, Time } from "@damso/ui";
import { Modal } from "@mantine/core";
import { IconCheck, IconMinus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { faceName } from "../../app/faceName.ts";
import { messageOf } from "../../app/messageOf.ts";
import classes from "./segments.module.css";

interface Props {
  segmentId: Id;
  person: SegmentPerson;
  onClose: () => void;
}

/** Which conditions hold of a customer, and the events they go by. */
export function WhyDialog({ segmentId, person, onClose }: Props) {
  const { t } = useText();
  const query = useQuery({
    queryKey: keys.segmentWhy(segmentId, person.customer_id),
    queryFn: () => api.segments.why(segmentId, person.customer_id),
  });
  const name = faceName({ id: person.customer_id, name: person.name }, t);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("segment.whyTitle", { name })}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      {query.isPending && <Skeleton label={t("state.loading")} rows={4} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data && !query.data.holds && <Notice tone="warn">{t("segment.whyNone")}</Notice>}
      <ul className={classes.reasons}>
        {query.data?.reasons.map((one) => (
          <li key={one.sentence} className={classes.reason} data-holds={one.holds}>
            {one.holds ? (
              <IconCheck size={16} stroke={2} aria-label={t("segment.holds")} />
            ) : (
              <IconMinus size={16} stroke={2} aria-label={t("segment.holdsNot")} />
            )}
            <div>
              <p>{one.sentence}</p>
              {one.events.map((event) => (
                <p key={`${event.name} ${event.at}`} className="small muted">
                  {event.name} · <Time at={event.at} as="moment" />
                </p>
              ))}
              {one.next_change_at && (
                <p className="small muted">
                  {t("segment.changes")}: <Time at={one.next_change_at} as="moment" />
                </p>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
