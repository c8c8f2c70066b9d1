import { api, type CustomerCard, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Time, toast, toastError } from "@damso/ui";
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import panel from "../customers/panel.module.css";
import { CopyLine } from "../settings/CopyLine.tsx";
import classes from "./counter.module.css";

/** The link to the page on which a customer's own code stands: made, made anew, or ended. */
export function MemberLink({ customer }: { customer: CustomerCard }) {
  const { t } = useText();
  const client = useQueryClient();
  const writes = useMay("customers.write");
  const { data } = useQuery({
    queryKey: keys.memberLink(customer.id),
    queryFn: () => api.counter.link(customer.id),
    enabled: writes,
  });
  const refresh = () => client.invalidateQueries({ queryKey: keys.memberLink(customer.id) });
  const failed = (error: Error) => toastError(messageOf(error, t));
  const make = useMutation({
    mutationFn: () => api.counter.makeLink(customer.id),
    onSuccess: refresh,
    onError: failed,
  });
  const end = useMutation({
    mutationFn: () => api.counter.revokeLink(customer.id),
    onSuccess: () => {
      make.reset();
      toast(t("member.ended"));
      return refresh();
    },
    onError: failed,
  });
  if (!writes || !data) return null;
  return (
    <section className={panel.section}>
      <h2 className={panel.sectionTitle}>{t("member.title")}</h2>
      <p className="small muted">
        {data.made_at ? (
          <>
            {t("member.since")} <Time at={data.made_at} />
          </>
        ) : (
          t("member.lead")
        )}
      </p>
      {make.data && (
        <>
          <CopyLine label={t("member.title")} value={make.data.url} />
          <p className="small muted">{t("member.once")}</p>
        </>
      )}
      <div className={classes.acts}>
        <Button data-size="small" loading={make.isPending} onClick={() => make.mutate()}>
          {t(data.made_at ? "member.renew" : "member.make")}
        </Button>
        {data.made_at && (
          <Button data-size="small" variant="subtle" loading={end.isPending} onClick={() => end.mutate()}>
            {t("member.end")}
          </Button>
        )}
      </div>
    </section>
  );
}
