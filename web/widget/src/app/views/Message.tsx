import type { Entry } from "../../contract.ts";
import { clockTime } from "../dates.ts";
import { isOnlyEmoji } from "../linkify.ts";
import { channelName } from "../texts.ts";
import { Attachments } from "./Attachments.tsx";
import { useChat } from "./context.ts";
import { Icon } from "./Icon.tsx";
import { MessageText } from "./MessageText.tsx";

interface MessageProps {
  entry: Entry;
  /** First and last of a group by the same author. */
  first: boolean;
  last: boolean;
  /** Only the newest own message tells how far it came. */
  telling: boolean;
  onDrawn: () => void;
}

export function Message({ entry, first, last, telling, onDrawn }: MessageProps) {
  const { state, words } = useChat();
  if (entry.from === "system") return <p class="system">{entry.text}</p>;
  const mine = entry.from === "me";
  const author = entry.author?.name ?? state.brand.name;
  return (
    <div class={`message ${mine ? "is-mine" : "is-theirs"} ${first ? "is-first" : ""}`}>
      {!mine && <Face initials={entry.author?.initials ?? [...author][0]!} shown={last} />}
      <div class="message-body">
        {first && <p class={mine ? "hidden-words" : "author"}>{mine ? words.me : author}</p>}
        <Bubble entry={entry} />
        {!entry.deleted && <Attachments files={entry.attachments} onDrawn={onDrawn} />}
        {(last || telling) && (
          <p class="meta">
            {entry.channel !== "chat" && (
              <span class="channel">
                {entry.channel === "email" && <Icon name="mail" size={14} />}
                {channelName(entry.channel, words)}
              </span>
            )}
            {entry.edited && !entry.deleted && <span>{words.edited}</span>}
            <time dateTime={entry.at}>{clockTime(entry.at, state.locale)}</time>
            {telling && entry.status && (
              <span class={`status is-${entry.status}`}>{words[entry.status]}</span>
            )}
          </p>
        )}
      </div>
    </div>
  );
}

function Bubble({ entry }: { entry: Entry }) {
  const { words } = useChat();
  if (entry.deleted) return <div class="bubble is-deleted">{words.deletedMessage}</div>;
  if (entry.text === "") return null;
  if (isOnlyEmoji(entry.text)) return <div class="large-emoji">{entry.text}</div>;
  return (
    <div class="bubble">
      <MessageText text={entry.text} />
    </div>
  );
}

export function Face({ initials, shown }: { initials: string; shown: boolean }) {
  return (
    <span class={shown ? "face" : "face is-blank"} aria-hidden="true">
      {shown ? initials : ""}
    </span>
  );
}
