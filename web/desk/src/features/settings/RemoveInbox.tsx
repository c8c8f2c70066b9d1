import { api, type Inbox, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { ConfirmByName, Notice } from "@damso/ui";
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import classes from "./settings.module.css";

export function RemoveInbox({ inbox }: { inbox: Inbox }) {
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.channels.remove(inbox.id),
    onSuccess: async () => {
      await navigate({ to: "/settings/channels" });
      void client.invalidateQueries({ queryKey: keys.inboxes });
    },
    onSettled: () => setAsking(false),
  });
  return (
    <section className={classes.section}>
      <h2 className={classes.sectionTitle}>{t("channels.remove")}</h2>
      <p className={classes.sectionLead}>{t("channels.removeLead")}</p>
      {remove.isError && (
        <div style={{ marginBottom: 16 }}>
          <Notice tone="danger" urgent>
            {messageOf(remove.error, t)}
          </Notice>
        </div>
      )}
      <Button data-tone="danger" onClick={() => setAsking(true)}>
        {t("channels.remove")}
      </Button>
      {asking && (
        <ConfirmByName
          title={t("channels.remove")}
          name={inbox.name}
          ask={t("confirm.name", { name: inbox.name })}
          confirm={t("action.delete")}
          cancel={t("action.cancel")}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsking(false)}
        >
          {t("channels.removeText")}
        </ConfirmByName>
      )}
    </section>
  );
}
