import { api, type Export, type ExportFormat, type StatedReason } from "@damso/api";
import { useText } from "@damso/i18n";
import { Button, Menu } from "@mantine/core";
import { IconFileExport } from "@tabler/icons-react";
import { useState } from "react";
import { useMay } from "../../app/useMe.ts";
import { ExportDialog } from "./ExportDialog.tsx";

type Kind = "conversations" | "customers" | "events" | "orders" | "returns" | "products" | "consents";

function ask(kind: Kind, format: ExportFormat, reason: StatedReason): Promise<Export> {
  if (kind === "conversations") return api.exports.conversations({ format }, reason);
  if (kind === "customers") return api.exports.customers({ format }, reason);
  return api.exports.records(kind, { format }, reason);
}

/** Everything of a kind as a file, as far as the caller may take it out. */
export function NewExport() {
  const { t } = useText();
  const [kind, setKind] = useState<Kind | null>(null);
  const cases = useMay("conversations.export");
  const customers = useMay("customers.export");
  const commerce = useMay("commerce.read");
  const kinds: Kind[] = [
    ...(cases ? (["conversations"] as const) : []),
    ...(customers ? (["customers", "events", "consents"] as const) : []),
    ...(customers && commerce ? (["orders", "returns"] as const) : []),
    ...(commerce ? (["products"] as const) : []),
  ];
  if (kinds.length === 0) return null;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button leftSection={<IconFileExport size={16} stroke={1.8} />}>{t("export.new")}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {kinds.map((one) => (
            <Menu.Item key={one} onClick={() => setKind(one)}>
              {t(`export.${one}File`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {kind && (
        <ExportDialog
          title={`${t(`export.${kind}File`)} · ${t("export.title")}`}
          lead={t("export.allOfIt")}
          ask={(format, reason) => ask(kind, format, reason)}
          onClose={() => setKind(null)}
        />
      )}
    </>
  );
}
