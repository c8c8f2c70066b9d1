import type { Ref } from "preact";
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useChat } from "./context.ts";
import { EmojiPicker } from "./EmojiPicker.tsx";
import { Icon } from "./Icon.tsx";
import { UploadChips } from "./UploadChips.tsx";

/** From here on the composer says how much room is left. */
const COUNT_FROM = 200;
const DRAFT_KEPT_AFTER_MS = 400;
const DEFAULT_LIMIT = 5_000;

export interface ComposerHandle {
  focus(): void;
}

export function Composer({ handle }: { handle: Ref<ComposerHandle> }) {
  const { chat, state, words } = useChat();
  const { draft, uploads, policy } = state;
  const field = useRef<HTMLTextAreaElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const [picking, setPicking] = useState(false);
  const [sendWhenUp, setSendWhenUp] = useState(false);
  useImperativeHandle(handle, () => ({ focus: () => field.current?.focus({ preventScroll: true }) }), []);
  useDraftKeeping(draft);
  useGrowing(field, draft);

  const left = (policy?.text_limit ?? DEFAULT_LIMIT) - draft.length;
  const uploading = uploads.some(({ state: one }) => one === "uploading" || one === "waiting");
  const stuck = uploads.some(({ state: one }) => one === "failed");
  const something =
    draft.trim() !== "" ||
    uploads.some(({ state: one }) => one === "done" || one === "uploading" || one === "waiting");
  const sendable = something && left >= 0 && !stuck;

  const send = () => {
    if (!sendable) return;
    if (uploading) return setSendWhenUp(true);
    setSendWhenUp(false);
    setPicking(false);
    chat.send();
    field.current?.focus({ preventScroll: true });
  };

  useEffect(() => {
    if (!sendWhenUp) return;
    if (!sendable) setSendWhenUp(false);
    else if (!uploading) send();
  });

  const pressed = (event: KeyboardEvent) => {
    // While a Hangul syllable is being composed, Enter belongs to the input method.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    if (matchMedia("(pointer: coarse)").matches && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    send();
  };

  const pick = (emoji: string) => {
    const { selectionStart: start, selectionEnd: end } = field.current!;
    chat.write(draft.slice(0, start) + emoji + draft.slice(end));
    setPicking(false);
    requestAnimationFrame(() => {
      field.current?.focus({ preventScroll: true });
      field.current?.setSelectionRange(start + emoji.length, start + emoji.length);
    });
  };

  const leavePicker = () => {
    setPicking(false);
    field.current?.focus({ preventScroll: true });
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {picking && <EmojiPicker onPick={pick} onLeave={leavePicker} />}
      <UploadChips />
      <div class={left < 0 ? "composer-row is-bad" : "composer-row"}>
        {(policy === null || policy.media) && (
          <button
            type="button"
            class="icon-button"
            aria-label={words.attach}
            title={words.attach}
            onClick={() => files.current?.click()}
          >
            <Icon name="clip" size={22} />
          </button>
        )}
        <textarea
          ref={field}
          rows={1}
          value={draft}
          placeholder={words.write}
          aria-label={words.write}
          aria-invalid={left < 0}
          aria-describedby={left < COUNT_FROM ? "room" : undefined}
          enterkeyhint="enter"
          onInput={(event) => chat.write(event.currentTarget.value)}
          onKeyDown={pressed}
          onBlur={() => chat.keepDraft()}
          onPaste={(event) => {
            const pasted = [...(event.clipboardData?.files ?? [])];
            if (pasted.length === 0) return;
            event.preventDefault();
            chat.attach(pasted);
          }}
        />
        <button
          type="button"
          class="icon-button"
          aria-label={words.emoji}
          title={words.emoji}
          aria-expanded={picking}
          onClick={() => setPicking(!picking)}
        >
          <Icon name="smile" size={22} />
        </button>
        <button
          type="submit"
          class="send"
          aria-label={words.send}
          title={words.send}
          disabled={!sendable}
          aria-busy={sendWhenUp}
        >
          <Icon name="send" size={22} />
        </button>
      </div>
      {left < COUNT_FROM && (
        <p id="room" class={left < 0 ? "problem" : "room"} role="status">
          {left < 0 ? words.tooLong(-left) : words.charactersLeft(left)}
        </p>
      )}
      <input
        ref={files}
        class="hidden-words"
        type="file"
        multiple
        tabIndex={-1}
        aria-hidden="true"
        accept={policy?.media?.types.join(",")}
        onChange={(event) => {
          chat.attach(event.currentTarget.files ?? []);
          event.currentTarget.value = "";
        }}
      />
    </form>
  );
}

/** A typed word survives a closed tab: kept shortly after the last key. */
function useDraftKeeping(draft: string): void {
  const { chat } = useChat();
  const known = useRef(draft);
  useEffect(() => {
    if (known.current === draft) return;
    known.current = draft;
    const timer = setTimeout(() => chat.keepDraft(), DRAFT_KEPT_AFTER_MS);
    return () => clearTimeout(timer);
  }, [chat, draft]);
}

/** The field grows with its text up to the height that the style sheet allows. */
function useGrowing(field: { current: HTMLTextAreaElement | null }, draft: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text decides the height
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [draft]);
}
