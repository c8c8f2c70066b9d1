import { type AccessOrder, api, type CustomerCard, keys, type OfferedIdentity } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, Skeleton, toast } from "@damso/ui";
import { Button, Checkbox, Modal, Select, Switch, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import dialog from "../inbox/dialog.module.css";
import { identityValue } from "./identityText.ts";

const WAYS = ["email", "phone", "chat", "visit", "letter", "other"] as const;
const LANGUAGES = ["ko", "en"] as const;

/** Enters that a customer asked what is held about them. Chosen at first is what is proven to be one person's. */
export function AccessRequestDialog({ customer, onClose }: { customer: CustomerCard; onClose: () => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [way, setWay] = useState<AccessOrder["way"]>("email");
  const [locale, setLocale] = useState<(typeof LANGUAGES)[number]>(customer.locale === "en" ? "en" : "ko");
  const [notes, setNotes] = useState(false);
  const [askedOn, setAskedOn] = useState("");
  const [sure, setSure] = useState(false);
  const [picked, setPicked] = useState<number[] | null>(null);
  const query = useQuery({
    queryKey: keys.offeredIdentities(customer.id),
    queryFn: () => api.accessRequests.identities(customer.id),
    gcTime: 0,
  });
  const offered = query.data ?? [];
  const chosen = picked ?? offered.filter((one) => one.group === offered[0]?.group).map((one) => one.id);
  const groups = new Set(offered.filter((one) => chosen.includes(one.id)).map((one) => one.group));
  const apart = groups.size > 1;
  const register = useMutation({
    mutationFn: () =>
      api.accessRequests.register(customer.id, {
        way,
        locale,
        notes,
        ...(askedOn && { asked_at: new Date(`${askedOn}T00:00`).toISOString() }),
        identity_ids: chosen,
        accept_unproven: apart && sure,
      }),
    onSuccess: async () => {
      toast(t("accessRequest.begun"));
      void client.invalidateQueries({ queryKey: keys.accessRequests });
      await navigate({ to: "/settings/access-requests" as never });
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("accessRequest.title")}
      size={520}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault();
          register.mutate();
        }}
      >
        <p className="muted">{t("accessRequest.dialogLead")}</p>
        {query.isPending && <Skeleton label={t("state.loading")} rows={3} />}
        {query.data && <Identities offered={offered} chosen={chosen} onChosen={setPicked} />}
        {apart && (
          <Notice tone="warn">
            {t("accessRequest.apart")}
            <Checkbox
              mt={8}
              checked={sure}
              onChange={(event) => setSure(event.currentTarget.checked)}
              label={t("accessRequest.sure")}
            />
          </Notice>
        )}
        <div className={dialog.pair}>
          <Select
            label={t("accessRequest.way")}
            allowDeselect={false}
            value={way}
            data={WAYS.map((value) => ({ value, label: t(`accessRequest.way.${value}`) }))}
            onChange={(value) => value && setWay(value as AccessOrder["way"])}
          />
          <Select
            label={t("accessRequest.language")}
            allowDeselect={false}
            value={locale}
            data={LANGUAGES.map((value) => ({ value, label: t(`accessRequest.language.${value}`) }))}
            onChange={(value) => value && setLocale(value as (typeof LANGUAGES)[number])}
          />
        </div>
        <TextInput
          type="date"
          label={t("accessRequest.askedOn")}
          description={t("accessRequest.askedOnText")}
          value={askedOn}
          onChange={(event) => setAskedOn(event.currentTarget.value)}
        />
        <Switch
          checked={notes}
          onChange={(event) => setNotes(event.currentTarget.checked)}
          label={t("accessRequest.notes")}
          description={t("accessRequest.notesText")}
        />
        {(query.isError || register.isError) && (
          <Notice tone="danger" urgent>
            {messageOf(register.error ?? query.error, t)}
          </Notice>
        )}
        <div className={dialog.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button
            type="submit"
            variant="filled"
            disabled={chosen.length === 0 || (apart && !sure)}
            loading={register.isPending}
          >
            {t("accessRequest.do")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

interface IdentitiesProps {
  offered: OfferedIdentity[];
  chosen: number[];
  onChosen: (ids: number[]) => void;
}

function Identities({ offered, chosen, onChosen }: IdentitiesProps) {
  const { t, format } = useText();
  return (
    <Checkbox.Group
      label={t("accessRequest.identities")}
      value={chosen.map(String)}
      onChange={(values) => onChosen(values.map(Number))}
    >
      {offered.map((one) => (
        <Checkbox
          key={one.id}
          mt={8}
          value={String(one.id)}
          label={identityValue(one, format, t)}
          description={one.group === offered[0]?.group ? undefined : t("accessRequest.unproven")}
        />
      ))}
    </Checkbox.Group>
  );
}
