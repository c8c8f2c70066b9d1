import { api, type HeldCaseLine, type HeldContent, keys, type RecordClass } from "@damso/api";
import { type TextKey, useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton, Time } from "@damso/ui";
import { Button, Modal } from "@mantine/core";
import { IconArchive } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import { ReasonDialog } from "../records/ReasonDialog.tsx";
import { Page } from "../settings/Page.tsx";
import settings from "../settings/settings.module.css";
import classes from "./retention.module.css";

/** Cases of customers who were erased, which the law wants kept until a day. */
export function HeldCasesPage() {
  const { t } = useText();
  const query = useQuery({ queryKey: keys.heldCases, queryFn: api.retention.held });
  const [asking, setAsking] = useState<HeldCaseLine | null>(null);
  const [opened, setOpened] = useState<HeldContent | null>(null);
  const opens = useMay("secrets.reveal");
  return (
    <Page title={t("settings.heldCases")} lead={t("held.lead")}>
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data?.length === 0 && (
        <EmptyState icon={<IconArchive size={32} stroke={1.4} />} title={t("held.none")}>
          {t("held.noneText")}
        </EmptyState>
      )}
      <ul className={settings.rows} hidden={!query.data?.length}>
        {query.data?.map((one) => (
          <li key={one.id} className={settings.row}>
            <div className={settings.rowBody}>
              <div>
                {t(`recordClass.${one.record_class as RecordClass}`)} ·{" "}
                <span className="muted">
                  <Time at={one.until} /> {t("held.until")}
                </span>
              </div>
              <div className="small muted cut">
                {t("held.since")} <Time at={one.held_at} /> · {one.customer_id}
              </div>
            </div>
            {opens && (
              <Button data-size="small" onClick={() => setAsking(one)}>
                {t("held.open")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {asking && (
        <ReasonDialog
          title={t("held.reason")}
          lead={t("held.reasonText")}
          action={t("held.open")}
          onClose={() => setAsking(null)}
          onGiven={async (reason) => {
            setOpened(await api.retention.openHeld(asking.id, reason));
            setAsking(null);
          }}
        />
      )}
      {opened && <Content content={opened} onClose={() => setOpened(null)} />}
    </Page>
  );
}

function Content({ content, onClose }: { content: HeldContent; onClose: () => void }) {
  const { t } = useText();
  const subject = String(content.case.subject ?? "") || t("held.title");
  return (
    <Modal
      opened
      onClose={onClose}
      size={640}
      title={subject}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <p className="small muted">{[...content.names, ...content.addresses].join(" · ")}</p>
      <ul className={classes.lines}>
        {content.lines.map((line) => (
          <li key={String(line.id)}>
            <div className="small muted">
              {t(`held.by.${line.direction ?? line.kind}` as TextKey)} ·{" "}
              <Time at={String(line.position_at)} as="moment" />
            </div>
            <div className={classes.said}>{String(line.text)}</div>
          </li>
        ))}
      </ul>
      {content.files.length > 0 && (
        <p className="small muted">
          {t("held.files")}: {content.files.map((file) => String(file.name)).join(", ")}
        </p>
      )}
    </Modal>
  );
}
