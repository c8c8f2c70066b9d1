import { api, type ImportDetail, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton, StateMark, Time, toastError } from "@damso/ui";
import { Button, Modal, Progress } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import dialog from "../inbox/dialog.module.css";
import { Page } from "../settings/Page.tsx";
import settings from "../settings/settings.module.css";
import { ColumnMapping } from "./ColumnMapping.tsx";
import { CountTable } from "./CountTable.tsx";
import classes from "./imports.module.css";
import { isActive, isMapped, productText, shareOf, toneOf } from "./importText.ts";
import { Mapping } from "./Mapping.tsx";
import { Troubles } from "./Troubles.tsx";

const LOOK_EVERY = 1_000;

/** One import: what would come, how far it is, what came and what could not. */
export function ImportPage() {
  const { t } = useText();
  const { importId } = useParams({ strict: false }) as { importId: string };
  const query = useQuery({
    queryKey: keys.import(importId),
    queryFn: () => api.imports.get(importId),
    refetchInterval: ({ state }) => (state.data && isActive(state.data.job) ? LOOK_EVERY : false),
  });
  const job = query.data?.job;
  const title = job ? `${productText(job.product, t)} · ${job.name}` : t("settings.import");
  return (
    <Page title={title} back="/settings/import" wide>
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data && <Shown detail={query.data} />}
    </Page>
  );
}

function Shown({ detail }: { detail: ImportDetail }) {
  const { t } = useText();
  const { job } = detail;
  const foreseen = job.state === "ready";
  const [remapping, setRemapping] = useState(false);
  if (remapping) return <ColumnMapping job={job} onDone={() => setRemapping(false)} />;
  const counts = foreseen ? job.foreseen?.counts : job.counts;
  return (
    <>
      {job.state === "mapping" && <ColumnMapping job={job} />}
      <div className={classes.top} data-below={job.state === "mapping"}>
        <div className={classes.standing} hidden={job.state === "mapping"}>
          <StateMark tone={toneOf(job.state)}>{t(`import.state.${job.state}`)}</StateMark>
          <span className="small muted">
            {job.begun_by || t("import.fromCommandLine")} · <Time at={job.finished_at ?? job.created_at} />
          </span>
        </div>
        {isActive(job) && <HowFar detail={detail} />}
        {job.error && <Notice tone="danger">{job.error}</Notice>}
        {foreseen && <Notice tone="info">{t("import.dry")}</Notice>}
        {job.state === "done" && detail.rejected > 0 && <Notice tone="info">{t("import.correct")}</Notice>}
        {job.state === "done" && job.product === "mailbox" && (
          <Notice tone="info">{t("import.mailGoesOn")}</Notice>
        )}
        <Acts detail={detail} onRemap={() => setRemapping(true)} />
      </div>
      {counts && Object.keys(counts).length > 0 && (
        <CountTable counts={counts} title={t(foreseen ? "import.wouldCome" : "import.came")} />
      )}
      <Troubles detail={detail} />
      {job.foreseen && !isActive(job) && job.state !== "done" && <Mapping foreseen={job.foreseen} />}
    </>
  );
}

function HowFar({ detail: { job } }: { detail: ImportDetail }) {
  const { t, format } = useText();
  const share = shareOf(job);
  const done = format.number(job.position);
  return (
    <div className={classes.howFar} role="status">
      <Progress
        value={share ?? 100}
        animated={share === undefined}
        aria-label={t("import.progress")}
        transitionDuration={150}
      />
      <span className="small muted">
        {share === undefined
          ? t("import.seen", { count: done })
          : t("import.done", { count: done, total: format.number(job.total ?? 0) })}
      </span>
    </div>
  );
}

function Acts({ detail: { job }, onRemap }: { detail: ImportDetail; onRemap: () => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [removing, setRemoving] = useState(false);
  const taken = (after: ImportDetail) => {
    client.setQueryData<ImportDetail>(keys.import(job.id), after);
    void client.invalidateQueries({ queryKey: keys.imports });
  };
  const onError = (error: Error) => toastError(messageOf(error, t));
  const start = useMutation({ mutationFn: () => api.imports.start(job.id), onSuccess: taken, onError });
  const stop = useMutation({ mutationFn: () => api.imports.stop(job.id), onSuccess: taken, onError });
  const remove = useMutation({
    mutationFn: () => api.imports.remove(job.id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.imports });
      void navigate({ to: "/settings/import" });
    },
    onError,
  });
  if (isActive(job)) {
    return (
      <div className={settings.actions}>
        <Button loading={stop.isPending} onClick={() => stop.mutate()}>
          {t("import.stop")}
        </Button>
        <span className="small muted">{t("import.leaveIt")}</span>
      </div>
    );
  }
  const begun = job.position > 0 && job.state !== "ready";
  return (
    <div className={settings.actions}>
      {job.state !== "done" && job.state !== "mapping" && job.has_file && (
        <Button variant="filled" loading={start.isPending} onClick={() => start.mutate()}>
          {t(begun ? "import.goOn" : "import.start")}
        </Button>
      )}
      {isMapped(job.product) && !begun && job.state !== "done" && job.state !== "mapping" && job.has_file && (
        <Button onClick={onRemap}>{t("import.remap")}</Button>
      )}
      <Button variant="subtle" onClick={() => setRemoving(true)}>
        {t("import.remove")}
      </Button>
      <Modal
        opened={removing}
        onClose={() => setRemoving(false)}
        title={t("import.removeTitle")}
        closeButtonProps={{ "aria-label": t("action.close") }}
      >
        <p className="muted">{t("import.removeText")}</p>
        <div className={dialog.actions}>
          <Button variant="subtle" onClick={() => setRemoving(false)}>
            {t("action.cancel")}
          </Button>
          <Button color="red" variant="filled" loading={remove.isPending} onClick={() => remove.mutate()}>
            {t("import.remove")}
          </Button>
        </div>
      </Modal>
    </div>
  );
}
