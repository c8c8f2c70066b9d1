import { api, keys, type MonthReview } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton, StateMark, Time, toast } from "@damso/ui";
import { Button, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { Page } from "../settings/Page.tsx";
import settings from "../settings/settings.module.css";
import { DayBars } from "./DayBars.tsx";
import { TONES } from "./ReviewsPage.tsx";
import { Accounts, FailedTries, TakenOut } from "./ReviewTables.tsx";
import classes from "./records.module.css";

/** One month's access: what left, who saw many, nights, new addresses, failed sign-ins; and the signature under it. */
export function ReviewPage() {
  const { t, format } = useText();
  const { month } = useParams({ strict: false }) as { month: string };
  const query = useQuery({ queryKey: keys.review(month), queryFn: () => api.records.review(month) });
  const review = query.data;
  return (
    <Page
      wide
      back="/settings/reviews"
      title={t("review.title", { month: format.month(month) })}
      lead={t("review.pageLead")}
    >
      {query.isPending && <Skeleton label={t("state.loading")} rows={8} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {review && (
        <>
          <StateMark tone={TONES[review.state]}>{t(`review.${review.state}`)}</StateMark>
          <dl className={classes.figures}>
            <Figure name={t("review.shown")} value={format.number(review.summary.requests)} />
            <Figure name={t("review.customers")} value={format.number(review.summary.customers)} />
            <Figure name={t("review.taken")} value={format.number(review.summary.taken_count)} />
            <Figure name={t("review.night")} value={format.number(review.summary.night)} />
          </dl>
          <DayBars days={review.summary.days} />
          <Accounts summary={review.summary} />
          <TakenOut summary={review.summary} />
          <FailedTries summary={review.summary} />
          {review.state === "reviewed" ? <Signed review={review} /> : <Sign review={review} />}
        </>
      )}
    </Page>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt className="small muted">{name}</dt>
      <dd className="num">{value}</dd>
    </div>
  );
}

function Signed({ review }: { review: MonthReview }) {
  const { t } = useText();
  return (
    <section className={settings.section}>
      <h3 className={settings.sectionTitle}>{t("review.remarks")}</h3>
      <p className={classes.remarks}>{review.remarks}</p>
      <p className="small muted">
        {review.reviewed_by} · {review.reviewed_at && <Time at={review.reviewed_at} as="moment" />}
      </p>
      {review.seal && (
        <p className={`small faint ${classes.seal}`}>
          {t("review.seal")} <code>{review.seal}</code>
        </p>
      )}
    </section>
  );
}

function Sign({ review }: { review: MonthReview }) {
  const { t } = useText();
  const client = useQueryClient();
  const [remarks, setRemarks] = useState("");
  const month = review.month.slice(0, 7);
  const sign = useMutation({
    mutationFn: () => api.records.sign(month, remarks.trim()),
    onSuccess: () => {
      toast(t("review.signed"));
      void client.invalidateQueries({ queryKey: keys.reviews });
    },
  });
  if (review.state === "running") {
    return (
      <div className={classes.below}>
        <Notice tone="info">{t("review.runningText")}</Notice>
      </div>
    );
  }
  return (
    <section className={settings.section}>
      <h3 className={settings.sectionTitle}>{t("review.sign")}</h3>
      <p className={settings.sectionLead}>{t("review.signLead")}</p>
      <form
        className={settings.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (remarks.trim()) sign.mutate();
        }}
      >
        <Textarea
          label={t("review.remarks")}
          placeholder={t("review.remarksPlaceholder")}
          autosize
          minRows={3}
          maxLength={4000}
          value={remarks}
          onChange={(event) => setRemarks(event.currentTarget.value)}
        />
        {sign.isError && (
          <Notice tone="danger" urgent>
            {messageOf(sign.error, t)}
          </Notice>
        )}
        <div className={settings.actions}>
          <Button type="submit" variant="filled" disabled={!remarks.trim()} loading={sign.isPending}>
            {t("review.signDo")}
          </Button>
        </div>
      </form>
    </section>
  );
}
