import { api, keys, type Tag } from "@damso/api";
import { useText } from "@damso/i18n";
import {
  ConfirmByName,
  EmptyState,
  IconButton,
  Notice,
  Skeleton,
  TAG_COLOURS,
  TagChip,
  TagDot,
  toastError,
} from "@damso/ui";
import { Button, TextInput } from "@mantine/core";
import { IconTag, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { tagsQuery } from "../../app/useLists.ts";
import { Page } from "./Page.tsx";
import classes from "./settings.module.css";

export function TagsPage() {
  const { t } = useText();
  const client = useQueryClient();
  const query = useQuery(tagsQuery);
  const [removing, setRemoving] = useState<Tag | null>(null);
  const remove = useMutation({
    mutationFn: (tag: Tag) => api.tags.remove(tag.id),
    onSuccess: () => {
      setRemoving(null);
      for (const key of [keys.tags, keys.rows, keys.conversations])
        void client.invalidateQueries({ queryKey: key });
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  return (
    <Page title={t("settings.tags")} lead={t("tags.lead")}>
      <NewTag />
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data?.length === 0 && (
        <EmptyState icon={<IconTag size={32} stroke={1.4} />} title={t("tags.none")} />
      )}
      <ul>
        {query.data?.map((tag) => (
          <li key={tag.id} className={classes.row}>
            <div className={classes.rowBody}>
              <TagChip name={tag.name} colour={tag.colour} />
            </div>
            <IconButton label={t("tags.remove", { name: tag.name })} onClick={() => setRemoving(tag)}>
              <IconTrash size={16} stroke={1.6} />
            </IconButton>
          </li>
        ))}
      </ul>
      {removing && (
        <ConfirmByName
          title={t("tags.removeTitle")}
          name={removing.name}
          ask={t("confirm.name", { name: removing.name })}
          confirm={t("action.delete")}
          cancel={t("action.cancel")}
          onConfirm={() => remove.mutate(removing)}
          onClose={() => setRemoving(null)}
        >
          {t("tags.removeText")}
        </ConfirmByName>
      )}
    </Page>
  );
}

function NewTag() {
  const { t } = useText();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [colour, setColour] = useState("blue");
  const create = useMutation({
    mutationFn: () => api.tags.create({ name: name.trim(), colour }),
    onSuccess: () => {
      setName("");
      void client.invalidateQueries({ queryKey: keys.tags });
    },
  });
  return (
    <form
      className={classes.form}
      style={{ marginBottom: 24 }}
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <TextInput
        label={t("tags.new")}
        placeholder={t("tags.placeholder")}
        maxLength={40}
        value={name}
        error={create.isError ? messageOf(create.error, t) : undefined}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <div className={classes.actions}>
        <div className={classes.swatches} role="group" aria-label={t("tags.colour")}>
          {TAG_COLOURS.map((one) => (
            <button
              key={one}
              type="button"
              className={classes.swatch}
              aria-label={t(`colour.${one}` as "colour.blue")}
              aria-pressed={one === colour}
              onClick={() => setColour(one)}
            >
              <TagDot colour={one} />
            </button>
          ))}
        </div>
        <Button type="submit" disabled={!name.trim()} loading={create.isPending}>
          {t("action.add")}
        </Button>
      </div>
    </form>
  );
}
