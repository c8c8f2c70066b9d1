import { api, keys, type MaskingView } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton, StateMark, Time, toast, toastError } from "@damso/ui";
import { Button, Switch } from "@mantine/core";
import { IconEraser } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import { Page } from "./Page.tsx";
import classes from "./settings.module.css";

const KINDS = ["resident_number", "card", "account", "licence", "passport"] as const;

/** What is masked on arrival, and who was erased. */
export function PrivacyPage() {
  const { t } = useText();
  return (
    <Page title={t("settings.privacy")} lead={t("privacy.lead")}>
      {useMay("settings.manage") && <Masking />}
      {useMay("customers.erase") && <Erasures />}
    </Page>
  );
}

function Masking() {
  const { t } = useText();
  const client = useQueryClient();
  const query = useQuery({ queryKey: keys.masking, queryFn: api.privacy.masking });
  const change = useMutation({
    mutationFn: (kinds: MaskingView["kinds"]) => api.privacy.changeMasking({ kinds }),
    onSuccess: (after) => {
      client.setQueryData<MaskingView>(keys.masking, after);
      toast(t("settings.saved"));
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  const masked = query.data?.kinds;
  return (
    <section className={classes.section}>
      <h3 className={classes.sectionTitle}>{t("privacy.masking")}</h3>
      <p className={classes.sectionLead}>{t("privacy.maskingLead")}</p>
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {masked &&
        KINDS.map((kind) => (
          <Switch
            key={kind}
            mb={10}
            label={t(`masked.${kind}`)}
            checked={masked.includes(kind)}
            disabled={change.isPending}
            onChange={(event) =>
              change.mutate(
                event.currentTarget.checked ? [...masked, kind] : masked.filter((one) => one !== kind),
              )
            }
          />
        ))}
    </section>
  );
}

function Erasures() {
  const { t } = useText();
  const query = useQuery({
    queryKey: keys.erasures,
    queryFn: api.privacy.erasures,
    refetchInterval: ({ state }) => (state.data?.some((one) => !one.completed_at) ? 2000 : false),
  });
  return (
    <section className={classes.section}>
      <h3 className={classes.sectionTitle}>{t("privacy.erasures")}</h3>
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data?.length === 0 && (
        <EmptyState icon={<IconEraser size={32} stroke={1.4} />} title={t("privacy.none")}>
          {t("privacy.noneText")}
        </EmptyState>
      )}
      <ul className={classes.rows} hidden={!query.data?.length}>
        {query.data?.map((one) => (
          <li key={one.id} className={classes.row}>
            <div className={classes.rowBody}>
              <div className="cut">
                <Time at={one.asked_at} /> · {t(`erase.reason.${one.reason}` as TextKey)}
              </div>
              <div className="small muted cut">
                {one.asked_by} · {one.customer_id}
              </div>
            </div>
            <StateMark tone={one.completed_at ? "ok" : "warn"}>
              {t(one.completed_at ? "privacy.done" : "privacy.running")}
            </StateMark>
            {one.completed_at && (
              <Button
                component="a"
                data-size="small"
                href={api.privacy.certificateUrl(one.id)}
                target="_blank"
                rel="noreferrer"
              >
                {t("privacy.certificate")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
