import { type AccessRequestView, api, keys } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton, StateMark, Time, toast, toastError } from "@damso/ui";
import { Button, Menu } from "@mantine/core";
import { IconFileSearch } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import { useMe } from "../../app/useMe.ts";
import { accessRequestsQuery } from "../../app/useUrgentRequests.ts";
import { useDownload } from "../records/useDownload.tsx";
import { Page } from "../settings/Page.tsx";
import settings from "../settings/settings.module.css";
import classes from "./retention.module.css";

const ANSWERS = ["given", "refused", "withdrawn"] as const;

/** Who asked what is held about them, until when they have to be answered, and the files for them. */
export function AccessRequestsPage() {
  const { t } = useText();
  const query = useQuery(accessRequestsQuery);
  return (
    <Page wide title={t("settings.accessRequests")} lead={t("accessRequest.lead")}>
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data?.length === 0 && (
        <EmptyState icon={<IconFileSearch size={32} stroke={1.4} />} title={t("accessRequest.none")}>
          {t("accessRequest.noneText")}
        </EmptyState>
      )}
      <ul className={settings.rows} hidden={!query.data?.length}>
        {query.data?.map((one) => (
          <RequestRow key={one.id} request={one} />
        ))}
      </ul>
    </Page>
  );
}

function RequestRow({ request }: { request: AccessRequestView }) {
  const { t } = useText();
  const me = useMe();
  const client = useQueryClient();
  const { ask, dialog } = useDownload();
  const answer = useMutation({
    mutationFn: (what: (typeof ANSWERS)[number]) => api.accessRequests.answer(request.id, what),
    onSuccess: () => {
      toast(t("settings.saved"));
      void client.invalidateQueries({ queryKey: keys.accessRequests });
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  const mine = request.state === "ready" && request.asker_id === me.id;
  return (
    <li className={`${settings.row} ${classes.request}`}>
      <div className={settings.rowBody}>
        <div>
          <Link to="/customers/$customerId" params={{ customerId: request.customer_id }}>
            {t("accessRequest.of")}
          </Link>{" "}
          · {t(`accessRequest.way.${request.way}`)} · <Time at={request.asked_at} />
        </div>
        <div className="small muted">
          <Due request={request} /> · {fileText(request, t)}
          {request.prepared_by && ` · ${request.prepared_by}`}
        </div>
      </div>
      <Answered request={request} />
      {mine && (
        <Button
          data-size="small"
          onClick={() =>
            ask(`access-${request.asked_at.slice(0, 10)}.zip`, (reason) =>
              api.accessRequests.file(request.id, reason),
            )
          }
        >
          {t("accessRequest.file")}
        </Button>
      )}
      {!request.answered_at && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button data-size="small" loading={answer.isPending}>
              {t("accessRequest.note")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {ANSWERS.map((one) => (
              <Menu.Item key={one} onClick={() => answer.mutate(one)}>
                {t(`accessRequest.answer.${one}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {dialog}
    </li>
  );
}

function Due({ request }: { request: AccessRequestView }) {
  const { t } = useText();
  if (request.answered_at) {
    return (
      <>
        {t("accessRequest.answeredAt")} <Time at={request.answered_at} />
      </>
    );
  }
  return (
    <>
      {t("accessRequest.due")} <Time at={request.due_at} />
    </>
  );
}

function Answered({ request }: { request: AccessRequestView }) {
  const { t } = useText();
  if (request.answer) return <StateMark tone="ok">{t(`accessRequest.answer.${request.answer}`)}</StateMark>;
  return (
    <StateMark tone={request.urgent ? "danger" : "warn"}>
      {t(request.urgent ? "accessRequest.urgent" : "accessRequest.waiting")}
    </StateMark>
  );
}

function fileText(request: AccessRequestView, t: ReturnType<typeof useText>["t"]): string {
  if (request.state === "building")
    return t("accessRequest.building", { progress: String(request.progress) });
  return t(`accessRequest.state.${request.state}` as TextKey);
}
