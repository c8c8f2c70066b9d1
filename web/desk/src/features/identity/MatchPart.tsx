import { api, keys, type MatchPolicy, type MatchRun } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton, StateMark, Time, toast, toastError } from "@damso/ui";
import { Button, NumberInput, Progress, Switch } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { bandText } from "../customers/bandText.ts";
import settings from "../settings/settings.module.css";
import classes from "./identity.module.css";

const EVERY = 1_500;
const going = (run?: MatchRun) => run?.state === "waiting" || run?.state === "running";

/** Comparing everybody: begun here, followed while it runs, and its report. */
export function MatchPart() {
  const { t } = useText();
  const client = useQueryClient();
  const query = useQuery({
    queryKey: keys.matching,
    queryFn: api.identity.matching,
    refetchInterval: ({ state }) => (going(state.data?.runs[0]) ? EVERY : false),
  });
  const start = useMutation({
    mutationFn: api.identity.startMatch,
    onSettled: () => void client.invalidateQueries({ queryKey: keys.matching }),
    onError: (error) => toastError(messageOf(error, t)),
  });
  if (query.isError) return <Notice tone="danger">{messageOf(query.error, t)}</Notice>;
  if (!query.data) return <Skeleton label={t("state.loading")} />;
  const [latest, ...earlier] = query.data.runs;
  return (
    <>
      <section className={settings.section}>
        <h3 className={settings.sectionTitle}>{t("matching.run")}</h3>
        <p className={settings.sectionLead}>{t("matching.runLead")}</p>
        {latest && going(latest) ? (
          <Going run={latest} />
        ) : (
          <Button loading={start.isPending} onClick={() => start.mutate()}>
            {t("matching.start_run")}
          </Button>
        )}
        {latest && !going(latest) && <Report run={latest} />}
      </section>
      <PolicyForm policy={query.data.policy} />
      {earlier.length > 0 && (
        <section className={settings.section}>
          <h3 className={settings.sectionTitle}>{t("matching.earlier")}</h3>
          <ul className={settings.rows}>
            {earlier.map((run) => (
              <li key={run.id} className={settings.row}>
                <span className={settings.rowBody}>
                  <Time at={run.asked_at} />
                </span>
                <span className="small muted">
                  <Outcome run={run} />
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Going({ run }: { run: MatchRun }) {
  const { t, format } = useText();
  const step = run.step || "waiting";
  return (
    <div className={classes.going} role="status">
      <span>{t(`matching.step.${step}`)}</span>
      {run.total > 0 && (
        <span className="small muted num">
          {format.number(run.done)} / {format.number(run.total)}
        </span>
      )}
      <Progress
        w="100%"
        animated={run.total === 0}
        value={run.total > 0 ? (run.done / run.total) * 100 : 100}
        aria-label={t(`matching.step.${step}`)}
      />
    </div>
  );
}

function Outcome({ run }: { run: MatchRun }) {
  const { t, format } = useText();
  if (run.state !== "done") return <>{t(`matching.state.${run.state}`)}</>;
  return (
    <>{t("matching.found", { customers: format.number(run.customers), pairs: format.number(run.pairs) })}</>
  );
}

function Report({ run }: { run: MatchRun }) {
  const { t, format } = useText();
  if (run.state !== "done")
    return (
      <div className={classes.report}>
        <Notice tone="warn">
          {t(`matching.state.${run.state}`)} {run.reason}
        </Notice>
      </div>
    );
  const most = Math.max(1, ...run.bands.map((band) => band.pairs));
  return (
    <div className={classes.report}>
      <p>
        <Time at={run.finished_at ?? run.asked_at} /> · <Outcome run={run} />
        {run.seconds !== null && (
          <span className="muted">
            {" "}
            ·{" "}
            {t("matching.took", {
              seconds: format.number(Math.round(run.seconds)),
              mb: format.number(run.peak_mb ?? 0),
            })}
          </span>
        )}
      </p>
      {(run.joined > 0 || run.held > 0) && (
        <p>{t("matching.joined", { joined: format.number(run.joined), held: format.number(run.held) })}</p>
      )}
      <ul className={classes.bands}>
        {[...run.bands].reverse().map((band, place, all) => {
          const below = all[place - 1]?.least;
          return (
            <li key={band.least}>
              <Link
                to="/customers/suggestions"
                search={{ least: band.least, below } as never}
                className={classes.band}
              >
                <span className="num">{bandText(band.least, below)}</span>
                <span className={classes.track} aria-hidden="true">
                  <span
                    className={classes.fill}
                    style={{ width: `${(band.pairs / most) * 100}%`, minWidth: band.pairs && 1 }}
                  />
                </span>
                <span className="num">
                  {t("matching.pairs", { count: band.pairs, number: format.number(band.pairs) })}
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
      {run.parameters && <Parameters run={run} />}
    </div>
  );
}

function Parameters({ run }: { run: MatchRun }) {
  const { t, format } = useText();
  const { parameters } = run;
  if (!parameters) return null;
  const share = (value: number) =>
    value >= 0.001
      ? `${format.number(Math.round(value * 1000) / 10)}%`
      : `1 / ${format.number(Math.round(1 / value))}`;
  return (
    <details className={classes.details}>
      <summary>{t("matching.parameters")}</summary>
      <p className="small muted">
        {t(
          parameters.learnt_m
            ? "matching.learntAll"
            : parameters.learnt_u
              ? "matching.learntU"
              : "matching.shipped",
        )}{" "}
        {t("matching.prior", { oneIn: format.number(Math.round(1 / parameters.prior)) })}
      </p>
      <div className={classes.scroll}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t("matching.level")}</th>
              <th scope="col">{t("matching.m")}</th>
              <th scope="col">{t("matching.u")}</th>
            </tr>
          </thead>
          <tbody>
            {parameters.levels.map((level) => (
              <tr key={`${level.comparison}-${level.level}`}>
                <th scope="row">{level.text}</th>
                <td className="num">{share(level.m)}</td>
                <td className="num">{share(level.u)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function PolicyForm({ policy }: { policy: MatchPolicy }) {
  const { t } = useText();
  const client = useQueryClient();
  const [propose, setPropose] = useState<number | string>(Math.round(policy.propose_at * 100));
  const [joins, setJoins] = useState(policy.join_at !== null);
  const [join, setJoin] = useState<number | string>(Math.round((policy.join_at ?? 0.99) * 1000) / 10);
  const save = useMutation({
    mutationFn: () =>
      api.identity.setMatchPolicy({
        propose_at: Number(propose) / 100,
        join_at: joins ? Number(join) / 100 : null,
      }),
    onSuccess: () => {
      toast(t("settings.saved"));
      void client.invalidateQueries({ queryKey: keys.matching });
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  return (
    <section className={settings.section}>
      <h3 className={settings.sectionTitle}>{t("matching.policy")}</h3>
      <form
        className={settings.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <NumberInput
          label={t("matching.proposeAt")}
          description={t("matching.proposeAtText")}
          min={50}
          max={100}
          suffix="%"
          value={propose}
          onChange={setPropose}
        />
        <Switch
          label={t("matching.joins")}
          description={t("matching.joinsText")}
          checked={joins}
          onChange={(event) => setJoins(event.currentTarget.checked)}
        />
        {joins && (
          <>
            <NumberInput
              label={t("matching.joinAt")}
              min={95}
              max={100}
              step={0.1}
              decimalScale={1}
              suffix="%"
              value={join}
              onChange={setJoin}
            />
            <Notice tone="warn">{t("matching.joinWarn")}</Notice>
          </>
        )}
        <div className={settings.actions}>
          <Button type="submit" loading={save.isPending}>
            {t("action.save")}
          </Button>
          <StateMark tone={policy.join_at === null ? "off" : "ok"}>
            {t(policy.join_at === null ? "matching.ruleOff" : "matching.ruleOn")}
          </StateMark>
        </div>
      </form>
    </section>
  );
}
