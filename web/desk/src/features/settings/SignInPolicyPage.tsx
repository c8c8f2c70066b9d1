import { ApiError, api, keys, type PolicyChange, type SignInPolicyView } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton, toast, toastError } from "@damso/ui";
import { Switch } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";
import { Page } from "./Page.tsx";
import { SsoForm } from "./SsoForm.tsx";
import classes from "./settings.module.css";

/** How everybody signs in. */
export function SignInPolicyPage() {
  const { t } = useText();
  const client = useQueryClient();
  const query = useQuery({ queryKey: keys.signInPolicy, queryFn: api.security.policy });
  const change = useMutation({
    mutationFn: (body: PolicyChange) => api.security.changePolicy(body),
    onSuccess: (after) => {
      client.setQueryData<SignInPolicyView>(keys.signInPolicy, after);
      void client.invalidateQueries({ queryKey: keys.waysIn });
      toast(t("settings.saved"));
    },
    onError: (error) => {
      // What is wrong with a field stands at the field.
      if (!(error instanceof ApiError) || Object.keys(error.fields).length === 0)
        toastError(messageOf(error, t));
    },
  });
  const policy = query.data;
  return (
    <Page title={t("settings.signIn")} lead={t("policy.lead")}>
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {policy && (
        <>
          <section className={classes.section}>
            <Switch
              label={t("policy.factor")}
              description={t("policy.factorHint")}
              checked={policy.second_factor_required}
              onChange={(event) => change.mutate({ second_factor_required: event.currentTarget.checked })}
            />
          </section>
          <SsoForm
            policy={policy}
            fields={change.error instanceof ApiError ? change.error.fields : {}}
            saving={change.isPending}
            onSave={(sso) => change.mutate({ sso })}
          />
        </>
      )}
    </Page>
  );
}
