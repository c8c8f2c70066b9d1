import { api, keys, type RetentionView } from "@damso/api";
import { useText } from "@damso/i18n";
import { Time, toast, toastError } from "@damso/ui";
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import settings from "../settings/settings.module.css";

/** Cases that no rule may destroy. */
export function HoldList({ holds }: { holds: RetentionView["holds"] }) {
  const { t } = useText();
  const client = useQueryClient();
  const lift = useMutation({
    mutationFn: api.retention.liftHold,
    onSuccess: () => {
      toast(t("hold.lifted"));
      void client.invalidateQueries({ queryKey: keys.retentionRules });
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  return (
    <section className={settings.section}>
      <h3 className={settings.sectionTitle}>{t("hold.title")}</h3>
      <p className={settings.sectionLead}>{t("hold.lead")}</p>
      <ul className={settings.rows} hidden={holds.length === 0}>
        {holds.map((one) => (
          <li key={one.conversation_id} className={settings.row}>
            <div className={settings.rowBody}>
              <Link to="/c/$conversationId" params={{ conversationId: one.conversation_id }}>
                {one.reason}
              </Link>
              <div className="small muted">
                {one.placed_by} · <Time at={one.placed_at} />
              </div>
            </div>
            <Button data-size="small" onClick={() => lift.mutate(one.conversation_id)}>
              {t("hold.lift")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
