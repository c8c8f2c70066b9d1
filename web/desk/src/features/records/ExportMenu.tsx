import { api, type Sought } from "@damso/api";
import { useText } from "@damso/i18n";
import { Button, Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useDownload } from "./useDownload.tsx";

/** What is listed, as a file. */
export function ExportMenu({ log, sought }: { log: "access" | "audit"; sought: Sought }) {
  const { t } = useText();
  const download = useDownload();
  const ask = (form: "csv" | "jsonl") =>
    download.ask(`damso-${log}.${form}`, (reason) => api.records.file(log, form, sought, reason));
  return (
    <>
      <Menu>
        <Menu.Target>
          <Button leftSection={<IconDownload size={16} stroke={1.6} />}>{t("records.export")}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => ask("csv")}>{t("records.csv")}</Menu.Item>
          <Menu.Item onClick={() => ask("jsonl")}>{t("records.jsonl")}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {download.dialog}
    </>
  );
}
