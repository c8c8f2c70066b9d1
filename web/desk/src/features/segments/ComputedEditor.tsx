import { ApiError, api, type ComputedRow, keys, type Computation as Stored } from "@damso/api";
import { useText } from "@damso/i18n";
import { ConfirmByName, IconButton, Notice, Skeleton, toast, toastError } from "@damso/ui";
import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconArrowLeft } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import layout from "../customers/customers.module.css";
import { Failed } from "../shell/Failed.tsx";
import { ComputationFields } from "./ComputationFields.tsx";
import { ComputedDraft } from "./ComputedDraft.tsx";
import { computedQuery } from "./queries.ts";
import type { Computation } from "./rule.ts";
import classes from "./segments.module.css";

const BLANK: Computation = { measure: "count", event: { name: "" }, window: { last: 30 * 86_400 } };

export function ComputedEditor() {
  const { computedId } = useParams({ strict: false });
  const { t } = useText();
  const query = useQuery({ ...computedQuery, enabled: Boolean(computedId) });
  if (computedId && query.isError) return <Failed error={query.error} reset={() => void query.refetch()} />;
  if (computedId && !query.data) return <Skeleton label={t("state.loading")} rows={6} />;
  const trait = query.data?.find((one) => one.id === computedId);
  if (computedId && !trait)
    return <Failed error={new Error(t("computed.gone"))} reset={() => void query.refetch()} />;
  return <Editor key={computedId ?? "new"} trait={trait} />;
}

function Editor({ trait }: { trait?: ComputedRow }) {
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const writes = useMay("segments.write");
  const [name, setName] = useState(trait?.name ?? "");
  const [computation, setComputation] = useState(() =>
    trait ? (trait.computation as unknown as Computation) : BLANK,
  );
  const [settled] = useDebouncedValue(computation, 300);
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), computation: computation as unknown as Stored };
      return trait ? api.computed.put(trait.id, body) : api.computed.create(body);
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.computed });
      void client.invalidateQueries({ queryKey: keys.segments });
      toast(t("computed.saved"));
      await navigate({ to: "/segments/computed" });
    },
  });
  const problems = save.error instanceof ApiError ? save.error.fields : {};
  const wrong = Object.entries(problems).find(([field]) => field.startsWith("computation"))?.[1];
  return (
    <form
      className={layout.page}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <header className={layout.head}>
        <IconButton
          label={t("action.back")}
          renderRoot={(props) => <Link to="/segments/computed" {...props} />}
        >
          <IconArrowLeft size={18} stroke={1.6} />
        </IconButton>
        <h1 className={`${classes.heading} grow cut`}>{trait?.name ?? t("computed.new")}</h1>
        {writes && (
          <Button type="submit" variant="filled" disabled={!name.trim()} loading={save.isPending}>
            {t("action.save")}
          </Button>
        )}
      </header>
      <div className={layout.scroll}>
        <div className={classes.editor}>
          <div className={classes.form}>
            {save.isError && !problems.name && (
              <Notice tone="danger" urgent>
                {wrong ?? messageOf(save.error, t)}
              </Notice>
            )}
            <TextInput
              label={t("segments.name")}
              description={t("computed.nameHint")}
              data-autofocus
              maxLength={200}
              value={name}
              error={problems.name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <ComputationFields computation={computation} onChange={setComputation} />
            {trait && writes && <Removal trait={trait} />}
          </div>
          <ComputedDraft computation={settled} />
        </div>
      </div>
    </form>
  );
}

function Removal({ trait }: { trait: ComputedRow }) {
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.computed.remove(trait.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.computed });
      toast(t("computed.removed"));
      await navigate({ to: "/segments/computed" });
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  return (
    <div className={classes.removal}>
      <Button variant="subtle" data-tone="danger" onClick={() => setAsking(true)}>
        {t("computed.remove")}
      </Button>
      {asking && (
        <ConfirmByName
          title={t("computed.remove")}
          name={trait.name}
          ask={t("segment.removeAsk")}
          confirm={t("computed.remove")}
          cancel={t("action.cancel")}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsking(false)}
        >
          {t("computed.removeText")}
        </ConfirmByName>
      )}
    </div>
  );
}
