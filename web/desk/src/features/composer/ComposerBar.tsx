import type { Route } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconButton, keyText } from "@damso/ui";
import { Button, Menu } from "@mantine/core";
import { IconAt, IconBolt, IconChevronDown, IconPaperclip } from "@tabler/icons-react";
import { useRef } from "react";
import { KeyOf } from "../../app/KeyOf.tsx";
import { useKeyOf } from "../../app/keymap.ts";
import { useMySettings } from "../../app/useMySettings.ts";
import classes from "./composer.module.css";
import { charactersLeft, stepOf } from "./rules.ts";

interface Props {
  note: boolean;
  route: Route | undefined;
  text: string;
  saved: boolean;
  ready: boolean;
  onFiles: (files: Iterable<File>) => void;
  onInsert: (sign: "/" | "@") => void;
  onSend: (then: "resolve" | "snooze" | null) => void;
  onLater: () => void;
}

export function ComposerBar({ note, route, text, saved, ready, onFiles, onInsert, onSend, onLater }: Props) {
  const { t, format } = useText();
  const enterSends = useMySettings().send_with === "enter";
  const sends = useKeyOf("send");
  const picker = useRef<HTMLInputElement>(null);
  const left = note ? null : charactersLeft(route, text);
  const step = note || !text ? null : stepOf(route, text);
  const files = note || (route?.policy.media_types.length ?? 0) > 0;

  return (
    <div className={classes.bar}>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        accept={
          note ? undefined : route?.policy.media_types.filter((type) => !type.startsWith("*")).join(",")
        }
        onChange={(event) => {
          onFiles(event.target.files ?? []);
          event.target.value = "";
        }}
      />
      <IconButton
        label={files ? t("composer.attach") : t("refusal.noFiles")}
        disabled={!files}
        onClick={() => picker.current?.click()}
      >
        <IconPaperclip size={18} stroke={1.6} />
      </IconButton>
      <IconButton label={t("composer.canned")} combo="/" onClick={() => onInsert("/")}>
        <IconBolt size={18} stroke={1.6} />
      </IconButton>
      {note && (
        <IconButton label={t("composer.mention")} combo="@" onClick={() => onInsert("@")}>
          <IconAt size={18} stroke={1.6} />
        </IconButton>
      )}
      <span className="grow" />
      {text && <span className={classes.saved}>{saved ? t("composer.saved") : t("composer.saving")}</span>}
      {step && (
        <span className={`${classes.left} num`}>
          {step.name} {format.number(step.length)}/{format.number(step.limit)}
        </span>
      )}
      {!step && left !== null && (
        <span className={`${classes.left} num`} data-over={left < 0}>
          {format.number(left)}
        </span>
      )}
      <div className={classes.send}>
        <Button
          variant="filled"
          className={note ? undefined : classes.sendMain}
          disabled={!ready}
          title={enterSends ? keyText("enter") : sends && keyText(sends)}
          onClick={() => onSend(null)}
        >
          {note ? t("composer.leaveNote") : t("composer.send")}
        </Button>
        {!note && (
          <Menu position="top-end">
            <Menu.Target>
              <Button
                variant="filled"
                className={classes.sendMore}
                disabled={!ready}
                aria-label={t("composer.sendMore")}
              >
                <IconChevronDown size={16} />
              </Button>
            </Menu.Target>
            <Menu.Dropdown miw={220}>
              <Menu.Item rightSection={<KeyOf action="send_resolve" />} onClick={() => onSend("resolve")}>
                {t("composer.sendResolve")}
              </Menu.Item>
              <Menu.Item onClick={() => onSend("snooze")}>{t("composer.sendSnooze")}</Menu.Item>
              <Menu.Item rightSection={<KeyOf action="send_later" />} onClick={onLater}>
                {t("later.title")}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
    </div>
  );
}
