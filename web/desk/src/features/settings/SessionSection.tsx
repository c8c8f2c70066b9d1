import { api, keys, type OpenSession } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconButton, Notice, Skeleton, StateMark, Time, toast, toastError } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconDeviceDesktop, IconDeviceMobile, IconLogout } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";
import { deviceName, isPhone } from "./deviceName.ts";
import classes from "./settings.module.css";

/** Where one is signed in, and ending it. */
export function SessionSection() {
  const { t } = useText();
  const client = useQueryClient();
  const query = useQuery({ queryKey: keys.sessions, queryFn: api.security.sessions, staleTime: 0 });
  const end = useMutation({
    mutationFn: (session: OpenSession | null) =>
      session ? api.security.endSession(session.id) : api.security.endOthers(),
    onSuccess: () => {
      toast(t("security.ended"));
      return client.invalidateQueries({ queryKey: keys.sessions });
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  const others = query.data?.some((session) => !session.here);
  return (
    <section className={classes.section}>
      <h2 className={classes.sectionTitle}>{t("security.sessions")}</h2>
      <p className={classes.sectionLead}>{t("security.sessionsLead")}</p>
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      <ul className={classes.rows}>
        {query.data?.map((session) => {
          const device = deviceName(session.user_agent) || t("security.unknownDevice");
          const Icon = isPhone(session.user_agent) ? IconDeviceMobile : IconDeviceDesktop;
          return (
            <li key={session.id} className={classes.row}>
              <span className={classes.icon}>
                <Icon size={18} stroke={1.6} aria-hidden="true" />
              </span>
              <div className={classes.rowBody}>
                <div className="cut">{device}</div>
                <div className="small muted cut">
                  {session.address && <>{session.address} · </>}
                  <Time at={session.seen_at} />
                </div>
              </div>
              {session.here ? (
                <StateMark tone="ok">{t("security.here")}</StateMark>
              ) : (
                <IconButton label={t("security.end", { device })} onClick={() => end.mutate(session)}>
                  <IconLogout size={16} stroke={1.6} />
                </IconButton>
              )}
            </li>
          );
        })}
      </ul>
      {others && (
        <div className={`${classes.actions} ${classes.below}`}>
          <Button onClick={() => end.mutate(null)} loading={end.isPending}>
            {t("security.endOthers")}
          </Button>
        </div>
      )}
    </section>
  );
}
