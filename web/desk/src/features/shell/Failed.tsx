import { useText } from "@damso/i18n";
import { EmptyState } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconCloudOff } from "@tabler/icons-react";
import { useRouter } from "@tanstack/react-router";
import { messageOf } from "../../app/messageOf.ts";
import classes from "./shell.module.css";

/** Stands where a page could not be shown. */
export function Failed({ error, reset }: { error: unknown; reset?: () => void }) {
  const { t } = useText();
  const router = useRouter();
  const again = () => {
    reset?.();
    void router.invalidate();
  };
  return (
    <div className={classes.page}>
      <EmptyState
        icon={<IconCloudOff size={32} stroke={1.4} />}
        title={t("error.pageTitle")}
        action={<Button onClick={again}>{t("action.retry")}</Button>}
      >
        {messageOf(error, t)}
      </EmptyState>
    </div>
  );
}
