import { api, type ConsentText, keys, type Purpose } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton, toast, toastError } from "@damso/ui";
import { Button, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { Page } from "../settings/Page.tsx";
import settings from "../settings/settings.module.css";
import classes from "./consents.module.css";
import { consentTextsQuery } from "./queries.ts";

const ASKED = ["marketing", "night_marketing", "profiling", "overseas", "third_party"] as const;
const ALWAYS: readonly string[] = ["marketing", "night_marketing"];
const LANGUAGES = ["ko", "en"] as const;

/** The words customers are asked with. Nothing is ever changed: each save is a new version. */
export function ConsentTextsPage() {
  const { t } = useText();
  const query = useQuery(consentTextsQuery);
  return (
    <Page title={t("settings.consentTexts")} lead={t("consentTexts.lead")}>
      {query.isPending && <Skeleton label={t("state.loading")} rows={6} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data &&
        ASKED.map((purpose) => (
          <PurposeTexts
            key={purpose}
            purpose={purpose}
            texts={query.data.filter((text) => text.purpose === purpose)}
          />
        ))}
    </Page>
  );
}

function PurposeTexts({ purpose, texts }: { purpose: Purpose; texts: ConsentText[] }) {
  const { t } = useText();
  return (
    <section className={settings.section}>
      <h3 className={settings.sectionTitle}>{t(`consent.purpose.${purpose}`)}</h3>
      {texts.length === 0 && !ALWAYS.includes(purpose) && (
        <p className={settings.sectionLead}>{t("consentTexts.asked")}</p>
      )}
      <div className={classes.texts}>
        {LANGUAGES.map((language) => {
          const versions = texts.filter((text) => text.locale === language);
          return (
            <Wording
              key={`${language}-${versions[0]?.version ?? 0}`}
              purpose={purpose}
              language={language}
              versions={versions}
            />
          );
        })}
      </div>
    </section>
  );
}

function Wording({
  purpose,
  language,
  versions,
}: {
  purpose: Purpose;
  language: "ko" | "en";
  versions: ConsentText[];
}) {
  const { t } = useText();
  const client = useQueryClient();
  const newest = versions[0];
  const [body, setBody] = useState(newest?.body ?? "");
  const write = useMutation({
    mutationFn: () => api.consents.writeText({ purpose, locale: language, body: body.trim() }),
    onSuccess: () => {
      toast(t("consentTexts.saved"));
      void client.invalidateQueries({ queryKey: keys.consentTexts });
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  const changed = body.trim() !== "" && body.trim() !== (newest?.body ?? "");
  const version = newest
    ? t("consentTexts.version", { version: newest.version })
    : t("consentTexts.unwritten");
  return (
    <div>
      <Textarea
        label={t(`consentTexts.${language}`)}
        description={version}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={5000}
        value={body}
        onChange={(event) => setBody(event.currentTarget.value)}
      />
      {changed && (
        <Button mt={8} data-size="small" loading={write.isPending} onClick={() => write.mutate()}>
          {t("action.save")}
        </Button>
      )}
      {versions.length > 1 && (
        <details className={classes.history}>
          <summary>{t("consentTexts.past", { count: versions.length - 1 })}</summary>
          {versions.slice(1).map((text) => (
            <div key={text.id} className={classes.entry}>
              <div className="small muted">{t("consentTexts.version", { version: text.version })}</div>
              <div className={classes.noticeText}>{text.body}</div>
            </div>
          ))}
        </details>
      )}
    </div>
  );
}
