import { isOnlyEmoji } from "../linkify.ts";
import type { Outgoing } from "../outbox.ts";
import { Attachments } from "./Attachments.tsx";
import { useChat } from "./context.ts";
import { Icon } from "./Icon.tsx";
import { MessageText } from "./MessageText.tsx";

/** What the visitor said and the server has not confirmed: it stands in its place, and says so. */
export function OutgoingMessage({ message }: { message: Outgoing }) {
  const { words } = useChat();
  const { text, attachments, state } = message;
  return (
    <div class={`message is-mine is-first is-${state}`}>
      <div class="message-body">
        <p class="hidden-words">{words.me}</p>
        {text !== "" &&
          (isOnlyEmoji(text) ? (
            <div class="large-emoji">{text}</div>
          ) : (
            <div class="bubble">
              <MessageText text={text} />
            </div>
          ))}
        <Attachments files={attachments} />
        {state === "failed" ? <Failed message={message} /> : <Waiting state={state} />}
      </div>
    </div>
  );
}

function Waiting({ state }: { state: "waiting" | "sending" }) {
  const { state: chat, words } = useChat();
  const stuck = state === "waiting" && !chat.online;
  return (
    <p class="meta">
      {stuck && <Icon name="clock" size={14} />}
      <span>{stuck ? words.waiting : words.sending}</span>
    </p>
  );
}

function Failed({ message }: { message: Outgoing }) {
  const { chat, words } = useChat();
  const reason = message.problem === "stale" ? words.staleMessage : message.problem;
  return (
    <div class="failed" role="alert">
      <p>
        <Icon name="warning" size={16} />
        <span>{reason ? `${words.failed}. ${reason}` : words.failed}</span>
      </p>
      <button type="button" class="text-button" onClick={() => chat.retry(message.client_id)}>
        {words.retry}
      </button>
      <button type="button" class="text-button is-quiet" onClick={() => chat.discard(message.client_id)}>
        {words.discard}
      </button>
    </div>
  );
}
