import { useText } from "@damso/i18n";
import { EmptyState } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconMapPinOff } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import classes from "./shell.module.css";

export function NotFound() {
  const { t } = useText();
  return (
    <div className={classes.page}>
      <EmptyState
        icon={<IconMapPinOff size={32} stroke={1.4} />}
        title={t("error.notFoundTitle")}
        action={
          <Button component={Link} to="/inbox">
            {t("error.toInbox")}
          </Button>
        }
      >
        {t("error.notFoundText")}
      </EmptyState>
    </div>
  );
}
