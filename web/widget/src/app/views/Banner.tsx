import { useChat } from "./context.ts";
import { Icon } from "./Icon.tsx";

/** Says what is wrong with the line, after a moment: most breaks mend themselves before anybody need know. */
export function Banner() {
  const { state, words } = useChat();
  const { online, session, refusal, line } = state;
  if (!online) return <Line text={words.offline} />;
  if (session === "refused") return <Line text={refusal || words.sessionRefused} />;
  if (session === "retrying") return <Line text={words.sessionFailed} slow />;
  if (line === "waiting") return <Line text={words.reconnecting} slow />;
  return null;
}

function Line({ text, slow = false }: { text: string; slow?: boolean }) {
  return (
    <p class={slow ? "banner is-slow" : "banner"} role="status">
      <Icon name="warning" size={16} />
      <span>{text}</span>
    </p>
  );
}
