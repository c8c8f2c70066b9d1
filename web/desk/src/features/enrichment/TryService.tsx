import { api, type EnrichmentService } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, StateMark } from "@damso/ui";
import { Button, Modal, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import dialog from "../inbox/dialog.module.css";
import classes from "./enrichment.module.css";
import { reasonText } from "./reasonText.ts";

/** Asks a service about one address of one's own, and shows what would be taken. */
export function TryService({ service, onClose }: { service: EnrichmentService; onClose: () => void }) {
  const { t } = useText();
  const [value, setValue] = useState("");
  const attempt = useMutation({ mutationFn: () => api.enrichment.test(service.id, value.trim()) });
  const tried = attempt.data;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("enrichment.tryTitle", { name: service.name })}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault();
          attempt.mutate();
        }}
      >
        <TextInput
          data-autofocus
          label={t(`enrichment.about.${service.about}`)}
          description={t("enrichment.tryText")}
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        {attempt.isError && (
          <Notice tone="danger" urgent>
            {messageOf(attempt.error, t)}
          </Notice>
        )}
        {tried && (
          <div aria-live="polite">
            <StateMark tone={tried.state === "done" ? "ok" : "warn"}>
              {t(`enrichment.tried.${tried.state as "done"}`)}
            </StateMark>
            {tried.reason && <p className="small muted">{reasonText(tried.reason, t)}</p>}
            <dl className={classes.tried}>
              {Object.entries(tried.traits).map(([key, found]) => (
                <div key={key}>
                  <dt className="muted">{key}</dt>
                  <dd>{typeof found === "string" ? found : JSON.stringify(found)}</dd>
                </div>
              ))}
            </dl>
          </div>
        )}
        <div className={dialog.actions}>
          <Button type="submit" variant="filled" disabled={!value.trim()} loading={attempt.isPending}>
            {t("enrichment.ask")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
