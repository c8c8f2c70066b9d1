import { api, type Conversation, type Entry } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconButton } from "@damso/ui";
import { Menu } from "@mantine/core";
import { IconChevronDown, IconDots } from "@tabler/icons-react";
import { useState } from "react";
import { useDownload } from "../records/useDownload.tsx";
import classes from "./thread.module.css";

interface Props {
  entry: Entry;
  conversation: Conversation;
  html: boolean;
  onHtml: (html: boolean) => void;
}

/** Subject and, folded, from whom to whom a mail went. */
export function MailHead({ entry, conversation, html, onHtml }: Props) {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  const download = useDownload();
  const changed = entry.subject && entry.subject !== conversation.subject;
  const people = [entry.identity?.value, ...entry.to].filter(Boolean);
  return (
    <div className={classes.mailHead}>
      <div className={classes.mailTop}>
        <div className="grow">
          {changed && <div className={`${classes.mailSubject} cut`}>{entry.subject}</div>}
          {people.length > 0 && (
            <button
              type="button"
              className={classes.mailWho}
              aria-expanded={open}
              onClick={() => setOpen(!open)}
            >
              <span className="cut">
                {entry.direction === "out"
                  ? t("mail.toShort", { to: entry.to[0] ?? "" })
                  : entry.identity?.value}
                {entry.cc.length > 0 && ` · ${t("mail.ccCount", { count: entry.cc.length })}`}
              </span>
              <IconChevronDown size={12} aria-hidden="true" />
            </button>
          )}
        </div>
        <Menu>
          <Menu.Target>
            <IconButton label={t("mail.more")} size={24}>
              <IconDots size={14} />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown>
            {entry.html_url && (
              <Menu.Item onClick={() => onHtml(!html)}>
                {html ? t("mail.asText") : t("mail.asHtml")}
              </Menu.Item>
            )}
            {entry.has_source && entry.masked.length === 0 && (
              <Menu.Item
                onClick={() =>
                  download.ask(`${entry.id}.eml`, (reason) => api.messages.source(entry.id, reason))
                }
              >
                {t("mail.source")}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      </div>
      {open && (
        <dl className={classes.mailList}>
          {entry.direction === "in" && <Line name={t("mail.from")} values={[entry.identity?.value ?? ""]} />}
          <Line name={t("mail.to")} values={entry.to} />
          <Line name={t("mail.cc")} values={entry.cc} />
        </dl>
      )}
      {download.dialog}
    </div>
  );
}

function Line({ name, values }: { name: string; values: string[] }) {
  if (values.length === 0) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{values.join(", ")}</dd>
    </>
  );
}
