import { api, type Import, keys } from "@damso/api";
import { type Texts, useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, FileInput, Progress, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { inboxesQuery } from "../../app/useLists.ts";
import { useMay } from "../../app/useMe.ts";
import settings from "../settings/settings.module.css";
import { DESKS, isTable, type Product, productText, TABLES } from "./importText.ts";

const NONE = "-";

function choicesOf(products: readonly Product[], t: Texts["t"]) {
  return products.map((one) => ({ value: one, label: productText(one, t) }));
}

/** What is to be looked at, and where what it holds shall go. Looking changes nothing. */
export function NewImport({ busy }: { busy: boolean }) {
  const { t, format } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const options = useQuery({ queryKey: keys.importOptions, queryFn: api.imports.options });
  const inboxes = useQuery(inboxesQuery);
  const sourcesShown = useMay("sources.manage");
  const [product, setProduct] = useState<Product>("customers");
  const [fromFolder, setFromFolder] = useState(false);
  const [file, setFile] = useState<File | null>(null);
  const [folder, setFolder] = useState<string | null>(null);
  const [inbox, setInbox] = useState<string | null>(null);
  const [account, setAccount] = useState("");
  const [share, setShare] = useState(0);
  const look = useMutation({
    mutationFn: () =>
      fromFolder
        ? api.imports.look({ product, folder: folder ?? "", account, inbox_id: table ? null : inbox })
        : api.imports.upload(file as File, { product, account, inbox_id: table ? null : inbox }, setShare),
    onSuccess: (job: Import) => {
      void client.invalidateQueries({ queryKey: keys.imports });
      void navigate({ to: "/settings/import/$importId", params: { importId: job.id } });
    },
  });
  const mailbox = product === "mailbox";
  const table = isTable(product);
  const sources = useQuery({ queryKey: keys.sources, queryFn: api.sources.list, enabled: sourcesShown });
  const namespaces = [...new Set(sources.data?.map((one) => one.namespace).filter(Boolean))];
  const mail = inboxes.data?.filter((one) => one.channel === "email") ?? [];
  const choices = (mailbox ? mail : inboxes.data) ?? [];
  const chosen = choices.some((one) => one.id === inbox) ? inbox : null;
  const ready = (fromFolder ? folder : file) && (!mailbox || chosen);
  return (
    <form
      className={settings.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) look.mutate();
      }}
    >
      <Select
        label={t("import.product")}
        data={[
          { group: t("import.ownData"), items: choicesOf(TABLES, t) },
          { group: t("import.otherDesks"), items: choicesOf(DESKS, t) },
        ]}
        value={product}
        allowDeselect={false}
        onChange={(value) => {
          setProduct(value as Product);
          setAccount("");
        }}
      />
      {options.data?.folder_open && (
        <div>
          <SegmentedControl
            fullWidth
            aria-label={t("import.where")}
            value={fromFolder ? "folder" : "file"}
            onChange={(value) => setFromFolder(value === "folder")}
            data={[
              { value: "file", label: t("import.file") },
              { value: "folder", label: t("import.folder") },
            ]}
          />
        </div>
      )}
      {fromFolder ? (
        <Select
          label={t("import.folder")}
          description={t("import.folderHint")}
          data={options.data?.folder ?? []}
          value={folder}
          searchable
          nothingFoundMessage={t("import.folderEmpty")}
          onChange={setFolder}
        />
      ) : (
        <FileInput
          label={t("import.file")}
          description={t(
            table ? `import.tableHint.${product}` : mailbox ? "import.mailHint" : "import.fileHint",
            {
              limit: format.number(options.data?.upload_mb ?? 0),
            },
          )}
          placeholder={t("import.choose")}
          value={file}
          clearable
          clearButtonProps={{ "aria-label": t("action.delete") }}
          onChange={setFile}
        />
      )}
      {!table && (
        <Select
          label={t("import.inbox")}
          description={t(mailbox ? "import.mailboxHint" : "import.inboxHint")}
          placeholder={mailbox ? undefined : t("import.inboxOwn")}
          data={choices.map((one) => ({ value: one.id, label: one.name }))}
          value={chosen}
          clearable={!mailbox}
          onChange={setInbox}
        />
      )}
      {table && namespaces.length > 0 && product !== "products" && (
        <Select
          label={t("import.namespace")}
          description={t("import.namespaceHint")}
          data={[{ value: NONE, label: t("import.namespaceNone") }, ...namespaces]}
          value={account || NONE}
          allowDeselect={false}
          onChange={(value) => setAccount(value === NONE ? "" : (value ?? ""))}
        />
      )}
      {!mailbox && !table && (
        <TextInput
          label={t("import.account")}
          description={t("import.accountHint")}
          maxLength={40}
          value={account}
          onChange={(event) => setAccount(event.currentTarget.value)}
        />
      )}
      {look.isError && (
        <Notice tone="danger" urgent>
          {messageOf(look.error, t)}
        </Notice>
      )}
      {look.isPending && !fromFolder && (
        <Progress value={share * 100} aria-label={t("import.uploading")} transitionDuration={150} />
      )}
      <div className={settings.actions}>
        <Button type="submit" variant="filled" disabled={!ready || busy} loading={look.isPending}>
          {t(table && product !== "ga4" ? "import.next" : "import.look")}
        </Button>
        <span className="small muted">{t(busy ? "import.busy" : "import.lookHint")}</span>
      </div>
    </form>
  );
}
