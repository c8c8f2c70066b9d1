import type { Conversation, KeyAction } from "@damso/api";
import { useText } from "@damso/i18n";
import { Textarea } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { comboOf } from "../../app/combo.ts";
import { actionOf } from "../../app/keymap.ts";
import { useKeys } from "../../app/useKeys.ts";
import { useMySettings } from "../../app/useMySettings.ts";
import { useWidth } from "../../app/useWidth.ts";
import { LaterDialog } from "../later/LaterDialog.tsx";
import { AttachmentTray } from "./AttachmentTray.tsx";
import { ComposerBar } from "./ComposerBar.tsx";
import { ComposerHead } from "./ComposerHead.tsx";
import classes from "./composer.module.css";
import { type Kind, openDraft, textOf, useDraft, writeDraft } from "./drafts.ts";
import { MailFields } from "./MailFields.tsx";
import { RefusalNote } from "./RefusalNote.tsx";
import { alternativeTo, chooseRoute, refusalOf } from "./rules.ts";
import { SignatureLine } from "./SignatureLine.tsx";
import { Suggestions } from "./Suggestions.tsx";
import { useSend } from "./useSend.ts";
import { useSuggestions } from "./useSuggestions.tsx";
import { useTyping } from "./useTyping.ts";
import { useUploads } from "./useUploads.ts";

interface Props {
  conversation: Conversation;
  onSent: (then: "resolve" | "snooze" | "note" | null) => void;
}

/** Where answers and notes are written: says where they go, what the way allows, and sends. */
export function Composer({ conversation, onSent }: Props) {
  const { id } = conversation;
  const { t } = useText();
  const draft = useDraft(id);
  const area = useRef<HTMLTextAreaElement>(null);
  const enterSends = useMySettings().send_with === "enter";
  const phone = useWidth() === "phone";
  const note = draft.kind === "note";
  const text = textOf(draft);
  const route = chooseRoute(conversation.routes, draft.route);
  const refusal = note ? null : refusalOf(route, text, draft.attachments);
  const alternative = alternativeTo(route, conversation.routes);
  const uploads = useUploads(id);
  const suggestions = useSuggestions(id, draft, area);
  const typing = useTyping(id, note ? null : (route?.identity_id ?? null));
  const ready =
    (text.trim() !== "" || draft.attachments.length > 0) && uploads.uploads.length === 0 && !refusal;
  const [later, setLater] = useState(false);
  const send = useSend(conversation, route, onSent);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a draft is opened once, with what the server then had
  useEffect(() => openDraft(conversation), [id]);

  const write = (kind: Kind) => {
    writeDraft(id, { kind });
    requestAnimationFrame(() => area.current?.focus());
  };
  useKeys({ reply: () => write("message"), note: () => write("note") });

  const submit = (then: "resolve" | "snooze" | null) => {
    if (!ready) return;
    typing.stop();
    suggestions.close();
    send(then);
  };

  const press = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const offered = suggestions.shown;
    if (offered.length > 0 && !event.metaKey && !event.ctrlKey) {
      const moves: Record<string, () => void> = {
        ArrowDown: () => suggestions.setAt(Math.min(suggestions.at + 1, offered.length - 1)),
        ArrowUp: () => suggestions.setAt(Math.max(suggestions.at - 1, 0)),
        Enter: () => offered[suggestions.at]?.take(),
        Tab: () => offered[suggestions.at]?.take(),
        Escape: suggestions.close,
      };
      const move = moves[event.key];
      if (move) {
        event.preventDefault();
        event.stopPropagation();
        move();
        return;
      }
    }
    const does: Partial<Record<KeyAction, () => void>> = {
      send: () => submit(null),
      send_resolve: () => submit(note ? null : "resolve"),
      send_later: () => ready && !note && setLater(true),
    };
    const combo = comboOf(event.nativeEvent);
    const run =
      does[actionOf(combo) ?? "palette"] ?? (combo === "enter" && enterSends ? does.send : undefined);
    if (run) {
      event.preventDefault();
      run();
    } else if (event.key === "Escape") {
      area.current?.blur();
    }
  };

  const dropFiles = (event: React.DragEvent | React.ClipboardEvent, data: DataTransfer | null) => {
    if (!data?.files.length) return;
    event.preventDefault();
    uploads.add(data.files);
  };

  return (
    <section
      className={classes.composer}
      data-kind={draft.kind}
      aria-label={note ? t("composer.note") : t("composer.reply")}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => dropFiles(event, event.dataTransfer)}
    >
      <Suggestions {...suggestions} />
      <ComposerHead
        kind={draft.kind}
        routes={conversation.routes}
        route={route}
        onKind={write}
        onRoute={(next) => {
          writeDraft(id, { route: { inbox_id: next.inbox_id, identity_id: next.identity_id } });
          area.current?.focus();
        }}
      />
      {!note && route && (route.policy.subject || route.policy.copies) && (
        <MailFields conversation={conversation} draft={draft} route={route} />
      )}
      <Textarea
        ref={area}
        variant="unstyled"
        autosize
        minRows={phone ? 1 : 2}
        maxRows={14}
        classNames={{ input: classes.area }}
        aria-label={note ? t("composer.note") : t("composer.reply")}
        placeholder={note ? t("composer.notePlaceholder") : t("composer.placeholder")}
        value={text}
        onChange={(event) => {
          writeDraft(id, { [draft.kind]: event.currentTarget.value });
          typing.typed();
          suggestions.look();
        }}
        onSelect={suggestions.look}
        onBlur={suggestions.close}
        onKeyDown={press}
        onPaste={(event) => dropFiles(event, event.clipboardData)}
      />
      {!note && route?.policy.subject && <SignatureLine conversationId={id} identityId={route.identity_id} />}
      <AttachmentTray
        attachments={draft.attachments}
        uploads={uploads.uploads}
        onRemove={(file) =>
          writeDraft(id, { attachments: draft.attachments.filter((one) => one.id !== file.id) })
        }
        onRemoveUpload={uploads.remove}
        onRetry={uploads.retry}
      />
      {refusal && (
        <RefusalNote
          refusal={refusal}
          alternative={alternative}
          onSwitch={(next) =>
            writeDraft(id, { route: { inbox_id: next.inbox_id, identity_id: next.identity_id } })
          }
        />
      )}
      <ComposerBar
        note={note}
        route={route}
        text={text}
        saved={draft.saved}
        ready={ready}
        onFiles={uploads.add}
        onInsert={(sign) => {
          const before = text === "" || /\s$/.test(text) ? text : `${text} `;
          writeDraft(id, { [draft.kind]: before + sign });
          requestAnimationFrame(() => {
            area.current?.focus();
            area.current?.setSelectionRange(before.length + 1, before.length + 1);
            suggestions.look();
          });
        }}
        onSend={submit}
        onLater={() => setLater(true)}
      />
      {later && route && (
        <LaterDialog conversation={conversation} route={route} onClose={() => setLater(false)} />
      )}
    </section>
  );
}
