import { useText } from "@damso/i18n";
import { IconButton } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconBell, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { askLater, mayAskToNotify } from "../shell/useNotifications.ts";
import classes from "./list.module.css";

/** Offers notifications once, in one quiet line; the browser's own question only comes after a click. */
export function NotifyOffer() {
  const { t } = useText();
  const [offered, setOffered] = useState(mayAskToNotify);
  if (!offered) return null;
  const later = () => {
    askLater();
    setOffered(false);
  };
  return (
    <div className={classes.offer}>
      <IconBell size={16} stroke={1.6} aria-hidden="true" />
      <span className="grow">{t("notify.offer")}</span>
      <Button
        data-size="small"
        onClick={async () => {
          await Notification.requestPermission();
          setOffered(false);
        }}
      >
        {t("notify.allow")}
      </Button>
      <IconButton label={t("notify.later")} size={24} onClick={later}>
        <IconX size={14} />
      </IconButton>
    </div>
  );
}
