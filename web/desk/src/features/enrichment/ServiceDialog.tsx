import { api, type EnrichmentService, keys, type NewEnrichmentService } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice, toast } from "@damso/ui";
import { Button, Checkbox, Modal, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import dialog from "../inbox/dialog.module.css";
import { pairsOf, writtenPairs } from "./pairs.ts";

type About = NewEnrichmentService["about"] & string;
type Purpose = NonNullable<NewEnrichmentService["purposes"]>[number];

const ABOUT: About[] = ["email", "phone", "user"];
const PURPOSES: Purpose[] = ["profiling", "third_party", "overseas"];
const EXAMPLES: Record<About, string> = {
  email: "https://api.example.com/v1/person?email={email}",
  phone: "https://api.example.com/v1/number/{phone}",
  user: "https://api.example.com/v1/member/{user}",
};

/** Makes a service or changes one: where it is, what it is shown, what is taken from its answer, who must consent. */
export function ServiceDialog({ service, onClose }: { service?: EnrichmentService; onClose: () => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const [name, setName] = useState(service?.name ?? "");
  const [about, setAbout] = useState<About>(service?.about ?? "email");
  const [url, setUrl] = useState(service?.url ?? "");
  const [headers, setHeaders] = useState("");
  const [mapping, setMapping] = useState(writtenPairs(service?.mapping ?? {}));
  const [purposes, setPurposes] = useState<Purpose[]>(service?.purposes ?? ["profiling", "third_party"]);
  const [days, setDays] = useState<number | string>(service?.ttl_days ?? 90);
  const [pace, setPace] = useState<number | string>(service?.per_minute ?? 60);
  const save = useMutation({
    mutationFn: () => {
      const body = {
        name: name.trim(),
        url: url.trim(),
        mapping: pairsOf(mapping, "="),
        purposes,
        ttl_days: Number(days),
        per_minute: Number(pace),
      };
      const given = headers.trim() ? { headers: pairsOf(headers, ":") } : {};
      return service
        ? api.enrichment.change(service.id, { ...body, ...given })
        : api.enrichment.create({ ...body, ...given, about });
    },
    onSuccess: () => {
      toast(t("settings.saved"));
      void client.invalidateQueries({ queryKey: keys.enrichment });
      onClose();
    },
  });
  const ready =
    name.trim() && url.trim() && Object.keys(pairsOf(mapping, "=")).length > 0 && purposes.length > 0;
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      title={service ? service.name : t("enrichment.new")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextInput
          data-autofocus
          label={t("field.name")}
          description={t("enrichment.nameText")}
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label={t("enrichment.about")}
          disabled={Boolean(service)}
          allowDeselect={false}
          data={ABOUT.map((one) => ({ value: one, label: t(`enrichment.about.${one}`) }))}
          value={about}
          onChange={(value) => setAbout((value ?? "email") as About)}
        />
        <TextInput
          label={t("enrichment.url")}
          description={t(`enrichment.urlText.${about}`)}
          placeholder={EXAMPLES[about]}
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <Textarea
          label={t("enrichment.headers")}
          description={
            service?.header_names.length
              ? t("enrichment.headersKept", { names: service.header_names.join(", ") })
              : t("enrichment.headersText")
          }
          placeholder="Authorization: Bearer …"
          autosize
          minRows={1}
          value={headers}
          onChange={(event) => setHeaders(event.currentTarget.value)}
        />
        <Textarea
          label={t("enrichment.mapping")}
          description={t("enrichment.mappingText")}
          placeholder={"industry = $.company.industry\nstaff = $.company.size"}
          autosize
          minRows={2}
          value={mapping}
          onChange={(event) => setMapping(event.currentTarget.value)}
        />
        <Checkbox.Group
          label={t("enrichment.purposes")}
          description={t("enrichment.purposesText")}
          value={purposes}
          onChange={(chosen) => setPurposes(chosen as Purpose[])}
        >
          {PURPOSES.map((one) => (
            <Checkbox key={one} mt={8} value={one} label={t(`enrichment.purpose.${one}`)} />
          ))}
        </Checkbox.Group>
        <NumberInput label={t("enrichment.ttl")} min={1} max={730} value={days} onChange={setDays} />
        <NumberInput label={t("enrichment.pace")} min={1} max={6000} value={pace} onChange={setPace} />
        {save.isError && (
          <Notice tone="danger" urgent>
            {messageOf(save.error, t)}
          </Notice>
        )}
        <div className={dialog.actions}>
          <Button variant="subtle" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" variant="filled" disabled={!ready} loading={save.isPending}>
            {t("action.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
