import { api, type DueNotice, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, EmptyState, IconButton, Notice, Skeleton, StateMark, toast, toastError } from "@damso/ui";
import { Button, Modal, TextInput } from "@mantine/core";
import { IconArrowLeft, IconMailCheck } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { faceName } from "../../app/faceName.ts";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import page from "../customers/customers.module.css";
import dialog from "../inbox/dialog.module.css";
import classes from "./consents.module.css";

/** Notices that the law wants and that no mail can carry: their text, and a place to say that they were given. */
export function NoticesPage() {
  const { t } = useText();
  const query = useQuery({ queryKey: keys.consentNotices, queryFn: api.consents.notices });
  const [telling, setTelling] = useState<DueNotice | null>(null);
  return (
    <div className={page.page}>
      <header className={page.head}>
        <IconButton label={t("action.back")} renderRoot={(props) => <Link to="/customers" {...props} />}>
          <IconArrowLeft size={18} stroke={1.6} />
        </IconButton>
        <h1 className="grow bold">{t("consent.notices")}</h1>
      </header>
      <div className={page.scroll}>
        {query.isPending && <Skeleton label={t("state.loading")} rows={6} />}
        {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
        {query.data?.length === 0 && (
          <EmptyState icon={<IconMailCheck size={32} stroke={1.4} />} title={t("consent.noticesNone")}>
            {t("consent.noticesNoneText")}
          </EmptyState>
        )}
        {query.data && query.data.length > 0 && <p className="muted">{t("consent.noticesLead")}</p>}
        <ul>
          {query.data?.map((one) => (
            <DueLine key={one.id} notice={one} onTell={() => setTelling(one)} />
          ))}
        </ul>
      </div>
      {telling && <ToldDialog notice={telling} onClose={() => setTelling(null)} />}
    </div>
  );
}

function DueLine({ notice, onTell }: { notice: DueNotice; onTell: () => void }) {
  const { t, format } = useText();
  const writes = useMay("customers.write");
  const late = notice.due_on < new Date().toISOString().slice(0, 10);
  const copy = async () => {
    await navigator.clipboard.writeText(notice.body);
    toast(t("action.copied"));
  };
  return (
    <li className={classes.notice}>
      <div className={classes.noticeHead}>
        <Avatar name={notice.customer} initials={notice.initials} colour={notice.colour} size={24} />
        <Link to="/customers/$customerId" params={{ customerId: notice.customer_id }} className="bold">
          {faceName({ id: notice.customer_id, name: notice.customer }, t)}
        </Link>
        <span className="muted">{t(`consent.notice.${notice.kind}`)}</span>
        <span className="grow" />
        {notice.state === "queued" ? (
          <StateMark tone="warn">{t("consent.queued")}</StateMark>
        ) : (
          <StateMark tone={late ? "danger" : "warn"}>
            {t("consent.dueOn", { at: format.day(`${notice.due_on}T00:00:00`) })}
          </StateMark>
        )}
      </div>
      <pre className={classes.noticeText}>{notice.body}</pre>
      {notice.state === "by_hand" && (
        <div className={dialog.actions}>
          <Button data-size="small" variant="subtle" onClick={() => void copy()}>
            {t("consent.copyText")}
          </Button>
          {writes && (
            <Button data-size="small" onClick={onTell}>
              {t("consent.told")}
            </Button>
          )}
        </div>
      )}
    </li>
  );
}

function ToldDialog({ notice, onClose }: { notice: DueNotice; onClose: () => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const [note, setNote] = useState("");
  const told = useMutation({
    mutationFn: () => api.consents.told(notice.id, note.trim()),
    onSuccess: () => {
      toast(t("consent.toldDone"));
      void client.invalidateQueries({ queryKey: keys.consentNotices });
      onClose();
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("consent.told")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault();
          told.mutate();
        }}
      >
        <TextInput
          data-autofocus
          label={t("consent.toldHow")}
          value={note}
          maxLength={500}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <div className={dialog.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" variant="filled" disabled={!note.trim()} loading={told.isPending}>
            {t("action.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
