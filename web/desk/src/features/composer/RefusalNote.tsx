import type { Route } from "@damso/api";
import { type Texts, useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button } from "@mantine/core";
import { useChannelName } from "../../app/useChannels.ts";
import classes from "./composer.module.css";
import type { Refusal } from "./rules.ts";

interface Props {
  refusal: Refusal;
  alternative: Route | undefined;
  onSwitch: (route: Route) => void;
}

/** Says before sending why it cannot go, and offers the way that can. */
export function RefusalNote({ refusal, alternative, onSwitch }: Props) {
  const { t, format } = useText();
  const channelName = useChannelName();
  return (
    <div className={classes.refusal}>
      <Notice
        tone="warn"
        urgent
        actions={
          alternative && (
            <Button data-size="small" onClick={() => onSwitch(alternative)}>
              {t("composer.continueBy", { channel: channelName(alternative.channel) })}
            </Button>
          )
        }
      >
        {sentence(refusal, t, format)}
      </Notice>
    </div>
  );
}

function sentence(refusal: Refusal, t: Texts["t"], format: Texts["format"]): string {
  switch (refusal.code) {
    case "NO_ROUTE":
      return t("refusal.noRoute");
    case "ROUTE_CLOSED":
      return refusal.reason ?? t("refusal.closed");
    case "TEXT_TOO_LONG":
      return t("refusal.tooLong", { over: format.number(refusal.over) });
    case "FILES_NOT_ALLOWED":
      return t("refusal.noFiles");
    case "TOO_MANY_FILES":
      return t("refusal.tooManyFiles", { most: refusal.most });
    case "FILE_TOO_BIG":
      return t("refusal.fileTooBig", { name: refusal.name, most: format.bytes(refusal.most) });
    case "FILE_TYPE":
      return t("refusal.fileType", { name: refusal.name });
  }
}
