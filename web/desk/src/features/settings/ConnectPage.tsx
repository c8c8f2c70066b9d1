import { ApiError, api, type Channel, type Inbox, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton, toast } from "@damso/ui";
import { Button, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { channelsQuery } from "../../app/useChannels.ts";
import { useBrands } from "../../app/useLists.ts";
import { CheckOutcome, problemsOf } from "./CheckOutcome.tsx";
import { type Config, ConfigForm } from "./ConfigForm.tsx";
import { filledConfig } from "./configFields.ts";
import { Page } from "./Page.tsx";
import classes from "./settings.module.css";

export function ConnectPage() {
  const { t } = useText();
  const { channel } = useParams({ strict: false });
  const { data } = useQuery(channelsQuery);
  const found = data?.find((one) => one.channel === channel);
  if (!data) return <Skeleton label={t("state.loading")} />;
  if (!found) return <EmptyState title={t("error.notFoundTitle")}>{t("error.notFoundText")}</EmptyState>;
  return <Connect channel={found} />;
}

/** Connects a channel: it is tried before it is saved, and can be saved all the same. */
function Connect({ channel }: { channel: Channel }) {
  const { t, locale } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const brands = useBrands();
  const [name, setName] = useState("");
  const [brandId, setBrandId] = useState<string | null>(null);
  const [config, setConfig] = useState<Config>({});
  const wanted = () => ({ channel: channel.channel, config: filledConfig(channel.schema, config) });
  const check = useMutation({ mutationFn: () => api.channels.check(wanted()) });
  const connect = useMutation({
    mutationFn: (force: boolean) =>
      api.channels.create(
        { ...wanted(), name: name.trim(), brand_id: brandId ?? brands[0]?.id ?? "" },
        force,
      ),
    onSuccess: async (inbox) => {
      client.setQueryData<Inbox[]>(keys.inboxes, (all) => all && [...all, inbox]);
      void client.invalidateQueries({ queryKey: keys.inboxes });
      void client.invalidateQueries({ queryKey: keys.checklist });
      await navigate({ to: "/settings/channels/$inboxId", params: { inboxId: inbox.id } });
      toast(t("channels.connected"));
    },
  });
  const error = connect.error ?? check.error;
  const errors = error instanceof ApiError ? error.fields : {};

  return (
    <Page
      title={t("channels.connectTitle", { channel: channel.name[locale] })}
      lead={channel.description[locale]}
      back="/settings/channels"
    >
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          connect.mutate(false);
        }}
      >
        <TextInput
          label={t("channels.name")}
          description={t("channels.nameHint")}
          required
          value={name}
          error={errors.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {brands.length > 1 && (
          <Select
            label={t("settings.brand")}
            data={brands.map((brand) => ({ value: brand.id, label: brand.name }))}
            value={brandId ?? brands[0]?.id ?? null}
            onChange={setBrandId}
          />
        )}
        <ConfigForm schema={channel.schema} config={config} errors={errors} kept={[]} onChange={setConfig} />
        {check.data && !connect.isError && <CheckOutcome {...check.data} />}
        {connect.isError && problemsOf(connect.error).length > 0 && (
          <CheckOutcome ok={false} problems={problemsOf(connect.error)} />
        )}
        {error && (
          <Notice
            tone="danger"
            urgent
            actions={
              error instanceof ApiError &&
              error.code === "CHECK_FAILED" && (
                <Button data-size="small" onClick={() => connect.mutate(true)}>
                  {t("channels.saveAnyway")}
                </Button>
              )
            }
          >
            {messageOf(error, t)}
          </Notice>
        )}
        <div className={classes.actions}>
          <Button
            type="submit"
            variant="filled"
            disabled={!name.trim() || brands.length === 0}
            loading={connect.isPending}
          >
            {t("channels.doConnect")}
          </Button>
          <Button loading={check.isPending} onClick={() => check.mutate()}>
            {t("channels.check")}
          </Button>
        </div>
      </form>
    </Page>
  );
}
