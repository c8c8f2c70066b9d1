import { ApiError, api, type Brand, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton, toast } from "@damso/ui";
import { Button, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { brandsQuery } from "../../app/useLists.ts";
import { HoursField } from "./HoursField.tsx";
import { LogoField } from "./LogoField.tsx";
import { Page } from "./Page.tsx";
import classes from "./settings.module.css";

/** How each brand looks and speaks, and when it answers. */
export function BrandPage() {
  const { t } = useText();
  const query = useQuery(brandsQuery);
  const [chosen, setChosen] = useState<string | null>(null);
  const brand = query.data?.find((one) => one.id === chosen) ?? query.data?.[0];
  return (
    <Page title={t("settings.brand")} lead={t("brand.lead")}>
      {query.isPending && <Skeleton label={t("state.loading")} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data && query.data.length > 1 && (
        <Select
          mb={20}
          maw={480}
          aria-label={t("settings.brand")}
          data={query.data.map((one) => ({ value: one.id, label: one.name }))}
          value={brand?.id ?? null}
          onChange={setChosen}
        />
      )}
      {brand && <BrandForm key={brand.id} brand={brand} />}
    </Page>
  );
}

function BrandForm({ brand }: { brand: Brand }) {
  const { t } = useText();
  const client = useQueryClient();
  const [form, setForm] = useState(brand);
  const set = (change: Partial<Brand>) => setForm((before) => ({ ...before, ...change }));
  const save = useMutation({
    mutationFn: () => {
      const { id: _id, logo_url: _logo, ...body } = form;
      return api.brands.patch(brand.id, body);
    },
    onSuccess: (after) => {
      client.setQueryData<Brand[]>(keys.brands, (all) =>
        all?.map((one) => (one.id === after.id ? after : one)),
      );
      toast(t("settings.saved"));
    },
  });
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <LogoField brand={brand} />
      <TextInput
        label={t("field.name")}
        value={form.name}
        error={fields.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <label className={classes.field}>
        <span className={classes.fieldLabel}>{t("brand.colour")}</span>
        <span className={classes.colour}>
          <input type="color" value={form.colour} onChange={(event) => set({ colour: event.target.value })} />
          <span className="muted num">{form.colour}</span>
        </span>
      </label>
      <TextInput
        label={t("brand.greetingKo")}
        value={form.greeting.ko}
        error={fields["greeting.ko"]}
        onChange={(event) => set({ greeting: { ...form.greeting, ko: event.currentTarget.value } })}
      />
      <TextInput
        label={t("brand.greetingEn")}
        value={form.greeting.en}
        error={fields["greeting.en"]}
        onChange={(event) => set({ greeting: { ...form.greeting, en: event.currentTarget.value } })}
      />
      <Textarea
        label={t("brand.signature")}
        description={t("brand.signatureHint")}
        autosize
        minRows={3}
        value={form.signature}
        error={fields.signature}
        onChange={(event) => set({ signature: event.currentTarget.value })}
      />
      <NumberInput
        label={t("brand.replyMinutes")}
        description={t("brand.replyMinutesHint")}
        min={1}
        max={10080}
        value={form.reply_minutes}
        error={fields.reply_minutes}
        onChange={(value) => typeof value === "number" && set({ reply_minutes: value })}
      />
      <Select
        label={t("profile.timezone")}
        searchable
        limit={50}
        data={Intl.supportedValuesOf("timeZone")}
        value={form.timezone}
        onChange={(timezone) => timezone && set({ timezone })}
      />
      <HoursField hours={form.hours} onChange={(hours) => set({ hours })} />
      {save.isError && Object.keys(fields).length === 0 && (
        <Notice tone="danger" urgent>
          {messageOf(save.error, t)}
        </Notice>
      )}
      <div className={classes.actions}>
        <Button type="submit" variant="filled" disabled={!form.name.trim()} loading={save.isPending}>
          {t("action.save")}
        </Button>
      </div>
    </form>
  );
}
