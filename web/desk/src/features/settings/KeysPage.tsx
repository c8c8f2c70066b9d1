import { type ApiKey, api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { ConfirmByName, EmptyState, IconButton, Notice, Skeleton, Time, toastError } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconKey, IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { limitCount } from "./LimitsFields.tsx";
import { NewKeyDialog } from "./NewKeyDialog.tsx";
import { Page } from "./Page.tsx";
import classes from "./settings.module.css";

export function KeysPage() {
  const { t } = useText();
  const client = useQueryClient();
  const query = useQuery({ queryKey: keys.apiKeys, queryFn: api.keys.list });
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const revoke = useMutation({
    mutationFn: (key: ApiKey) => api.keys.remove(key.id),
    onSuccess: () => {
      setRevoking(null);
      void client.invalidateQueries({ queryKey: keys.apiKeys });
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  return (
    <Page
      title={t("settings.keys")}
      lead={t("apikeys.lead")}
      actions={
        <Button leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => setCreating(true)}>
          {t("apikeys.new")}
        </Button>
      }
    >
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data?.length === 0 && (
        <EmptyState icon={<IconKey size={32} stroke={1.4} />} title={t("apikeys.none")}>
          {t("apikeys.noneText")}
        </EmptyState>
      )}
      <ul className={classes.rows} hidden={!query.data?.length}>
        {query.data?.map((key) => (
          <li key={key.id} className={classes.row}>
            <span className={classes.icon}>
              <IconKey size={18} stroke={1.6} aria-hidden="true" />
            </span>
            <div className={classes.rowBody}>
              <div className="cut">{key.name}</div>
              <div className="small muted cut">
                {key.prefix}… · {key.scopes.map((scope) => t(`scope.${scope}`)).join(", ")}
                {limitCount(key.limits) > 0 && ` · ${t("limits.some")}`}
              </div>
            </div>
            <span className="small muted">
              {key.used_at ? (
                <>
                  {t("apikeys.used")} <Time at={key.used_at} />
                </>
              ) : (
                t("apikeys.unused")
              )}
            </span>
            <IconButton label={t("apikeys.revoke", { name: key.name })} onClick={() => setRevoking(key)}>
              <IconTrash size={16} stroke={1.6} />
            </IconButton>
          </li>
        ))}
      </ul>
      {creating && <NewKeyDialog onClose={() => setCreating(false)} />}
      {revoking && (
        <ConfirmByName
          title={t("apikeys.revokeTitle")}
          name={revoking.name}
          ask={t("confirm.name", { name: revoking.name })}
          confirm={t("apikeys.revokeDo")}
          cancel={t("action.cancel")}
          onConfirm={() => revoke.mutate(revoking)}
          onClose={() => setRevoking(null)}
        >
          {t("apikeys.revokeText")}
        </ConfirmByName>
      )}
    </Page>
  );
}
