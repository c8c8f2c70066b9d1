import { ApiError, api, keys, type MySettings, type Signature } from "@damso/api";
import { useText } from "@damso/i18n";
import { keyText, Skeleton, toast, toastError } from "@damso/ui";
import { Button, SegmentedControl, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useChangeSettings, useMySettings } from "../../app/useMySettings.ts";
import { Page } from "./Page.tsx";
import classes from "./settings.module.css";

/** How sending works, and what stands under one's mails. */
export function WritingPage() {
  const { t } = useText();
  const settings = useMySettings();
  const change = useChangeSettings();
  const { data } = useQuery({ queryKey: keys.signatures, queryFn: api.me.signatures });
  return (
    <Page title={t("settings.writing")}>
      <div className={classes.form}>
        <div className={classes.field}>
          <span className={classes.fieldLabel} id="send-with">
            {t("writing.sendWith")}
          </span>
          <SegmentedControl
            aria-labelledby="send-with"
            data={[
              { value: "mod_enter", label: keyText("mod+enter") },
              { value: "enter", label: keyText("enter") },
            ]}
            value={settings.send_with}
            onChange={(value) => change.mutate({ send_with: value as MySettings["send_with"] })}
          />
          <span className="small muted">
            {settings.send_with === "enter" ? t("writing.enterHint") : t("writing.modEnterHint")}
          </span>
        </div>
        <div className={classes.field}>
          <span className={classes.fieldLabel} id="after-send">
            {t("writing.afterSend")}
          </span>
          <SegmentedControl
            aria-labelledby="after-send"
            data={[
              { value: "stay", label: t("writing.stay") },
              { value: "next", label: t("writing.next") },
            ]}
            value={settings.after_send}
            onChange={(value) => change.mutate({ after_send: value as MySettings["after_send"] })}
          />
        </div>
      </div>
      <section className={classes.section}>
        <h3 className={classes.sectionTitle}>{t("signature.title")}</h3>
        <p className={classes.sectionLead}>{t("signature.lead")}</p>
        {!data && <Skeleton label={t("state.loading")} rows={4} />}
        <div className={classes.form}>
          {data?.map((one) => (
            <SignatureField
              key={`${one.brand_id}:${one.locale}`}
              signature={one}
              several={new Set(data.map((other) => other.brand_id)).size > 1}
            />
          ))}
        </div>
      </section>
    </Page>
  );
}

function SignatureField({ signature, several }: { signature: Signature; several: boolean }) {
  const { t } = useText();
  const client = useQueryClient();
  const [text, setText] = useState(signature.text);
  useEffect(() => setText(signature.text), [signature.text]);
  const save = useMutation({
    mutationFn: () => api.me.sign(signature, text),
    onSuccess: (after) => {
      client.setQueryData(keys.signatures, after);
      void client.invalidateQueries({ queryKey: keys.signatures });
      toast(t("settings.saved"));
    },
    onError: (error) => {
      if (error instanceof ApiError && error.code === "SIGNATURE_CHANGED")
        void client.invalidateQueries({ queryKey: keys.signatures });
      toastError(messageOf(error, t));
    },
  });
  const language = signature.locale === "ko" ? t("signature.ko") : t("signature.en");
  return (
    <div className={classes.field}>
      <Textarea
        label={several ? `${signature.brand_name} · ${language}` : language}
        placeholder={signature.brand_text || t("signature.none")}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={2_000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {text.trim() !== signature.text && (
        <div className={classes.actions}>
          <Button variant="filled" loading={save.isPending} onClick={() => save.mutate()}>
            {t("action.save")}
          </Button>
          <Button variant="subtle" onClick={() => setText(signature.text)}>
            {t("action.cancel")}
          </Button>
        </div>
      )}
    </div>
  );
}
