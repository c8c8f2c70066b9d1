import { ApiError, api, keys, type SegmentCard, type SegmentRule } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconButton, Notice, Skeleton, toast } from "@damso/ui";
import { Button, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconArrowLeft } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useRouter, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import layout from "../customers/customers.module.css";
import { Failed } from "../shell/Failed.tsx";
import { Draft } from "./Draft.tsx";
import { segmentQuery } from "./queries.ts";
import { RuleEditor } from "./RuleEditor.tsx";
import { asRule, EVERYBODY, opened } from "./rule.ts";
import classes from "./segments.module.css";

export function SegmentEditor() {
  const { segmentId } = useParams({ strict: false });
  const { t } = useText();
  const query = useQuery({
    ...segmentQuery(segmentId ?? ""),
    enabled: Boolean(segmentId),
    refetchInterval: false,
  });
  if (segmentId && query.isError) return <Failed error={query.error} reset={() => void query.refetch()} />;
  if (segmentId && !query.data) return <Skeleton label={t("state.loading")} rows={10} />;
  return <Editor key={segmentId ?? "new"} segment={query.data} />;
}

function Editor({ segment }: { segment?: SegmentCard }) {
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  const begun = useSearch({ strict: false }) as { name?: string; rule?: SegmentRule };
  const [name, setName] = useState(segment?.name ?? begun.name ?? "");
  const [description, setDescription] = useState(segment?.description ?? "");
  const [rule, setRule] = useState(() =>
    segment || begun.rule ? opened(segment?.rule ?? begun.rule ?? asRule(EVERYBODY)) : EVERYBODY,
  );
  const [settled] = useDebouncedValue(rule, 300);
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), description, rule: asRule(rule) };
      return segment ? api.segments.put(segment.id, body) : api.segments.create(body);
    },
    onSuccess: async (saved) => {
      client.setQueryData(keys.segment(saved.id), saved);
      void client.invalidateQueries({ queryKey: keys.segments });
      if (segment) toast(t("segment.saved"));
      await navigate({ to: "/segments/$segmentId", params: { segmentId: saved.id }, replace: true });
    },
  });
  const problems = save.error instanceof ApiError ? save.error.fields : {};
  const general = save.isError && !Object.keys(problems).some((field) => /^(name|rule\.)/.test(field));
  const title = segment ? segment.name : t("segments.new");
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
          onClick={() =>
            router.history.canGoBack() ? router.history.back() : void router.navigate({ to: "/segments" })
          }
        >
          <IconArrowLeft size={18} stroke={1.6} />
        </IconButton>
        <h1 className={`${classes.heading} grow cut`}>{title}</h1>
        <Button type="submit" variant="filled" disabled={!name.trim()} loading={save.isPending}>
          {t("action.save")}
        </Button>
      </header>
      <div className={layout.scroll}>
        <div className={classes.editor}>
          <div className={classes.form}>
            {general && (
              <Notice tone="danger" urgent>
                {problems.rule ?? messageOf(save.error, t)}
              </Notice>
            )}
            <TextInput
              label={t("segments.name")}
              data-autofocus
              maxLength={200}
              value={name}
              error={problems.name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Textarea
              label={t("segment.description")}
              autosize
              minRows={1}
              maxRows={6}
              maxLength={2000}
              value={description}
              onChange={(event) => setDescription(event.currentTarget.value)}
            />
            <h2 className={classes.draftTitle}>{t("rule.title")}</h2>
            <RuleEditor group={rule} path="rule" problems={problems} onChange={setRule} />
          </div>
          <Draft rule={asRule(settled)} />
        </div>
      </div>
    </form>
  );
}
