import { api, type Export, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, IconButton, Notice, Skeleton, Time, toastError } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconDownload, IconFileExport, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";
import { Page } from "../settings/Page.tsx";
import settings from "../settings/settings.module.css";
import { NewExport } from "./NewExport.tsx";

const LOOK_EVERY = 2_000;

/** One's own files of the last day. */
export function ExportsPage() {
  const { t } = useText();
  const query = useQuery({
    queryKey: keys.exports,
    queryFn: api.exports.list,
    refetchInterval: ({ state }) => (state.data?.some((one) => one.state === "waiting") ? LOOK_EVERY : false),
  });
  return (
    <Page title={t("export.mine")} lead={t("export.mineLead")} actions={<NewExport />}>
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data?.length === 0 && (
        <EmptyState icon={<IconFileExport size={32} stroke={1.4} />} title={t("export.none")}>
          {t("export.noneText")}
        </EmptyState>
      )}
      <ul>
        {query.data?.map((job) => (
          <FileRow key={job.id} job={job} />
        ))}
      </ul>
    </Page>
  );
}

function FileRow({ job }: { job: Export }) {
  const { t, format } = useText();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => api.exports.remove(job.id),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.exports }),
    onError: (error) => toastError(messageOf(error, t)),
  });
  const count = format.number(job.done);
  const kind = t(`export.${job.kind}File`);
  return (
    <li className={settings.row}>
      <div className={settings.rowBody}>
        <div className="cut">
          {kind} · {job.format.toUpperCase()} · {job.note || t(`reason.${job.reason}`)}
        </div>
        <div className="small muted">
          {job.state === "failed"
            ? t("export.failed")
            : job.state === "waiting"
              ? t("export.making", { count })
              : t("export.count", { count })}
          {" · "}
          <Time at={job.created_at} as="moment" />
        </div>
      </div>
      {job.state === "done" && (
        <Button
          component="a"
          href={api.exports.fileUrl(job.id)}
          download
          data-size="small"
          leftSection={<IconDownload size={16} stroke={1.8} />}
        >
          {t("export.download")}
        </Button>
      )}
      <IconButton label={t("export.remove")} onClick={() => remove.mutate()}>
        <IconTrash size={16} stroke={1.6} />
      </IconButton>
    </li>
  );
}
