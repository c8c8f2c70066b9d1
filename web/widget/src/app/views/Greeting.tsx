import { useChat } from "./context.ts";
import { Face } from "./Message.tsx";

const FACES = 3;

/** How a conversation begins: who is here, and the brand's first words. Not a message, and not stored as one. */
export function Greeting() {
  const { state } = useChat();
  const { brand, history } = state;
  if (history === "loading" || history === "failed") return <HistoryState />;
  return (
    <>
      <Team />
      {brand.greeting !== "" && (
        <div class="message is-theirs is-first">
          <Face initials={[...brand.name][0]!} shown />
          <div class="message-body">
            <p class="author">{brand.name}</p>
            <div class="bubble">{brand.greeting}</div>
          </div>
        </div>
      )}
    </>
  );
}

function Team() {
  const { state, words } = useChat();
  const shown = state.agents.slice(0, FACES);
  if (shown.length === 0) return null;
  return (
    <div class="team">
      <div aria-hidden="true">
        {shown.map(({ name, initials }) => (
          <span key={name} class="face">
            {initials}
          </span>
        ))}
      </div>
      <p>{words.team(shown.map(({ name }) => name).join(", "))}</p>
    </div>
  );
}

function HistoryState() {
  const { chat, state, words } = useChat();
  if (state.history === "loading" && state.entries.length === 0) {
    return (
      <div class="skeleton" aria-hidden="true">
        <i />
        <i />
        <i />
      </div>
    );
  }
  if (state.history !== "failed") return null;
  return (
    <p class="system">
      {words.olderFailed}{" "}
      <button type="button" class="text-button" onClick={() => void chat.loadHistory()}>
        {words.tryAgain}
      </button>
    </p>
  );
}
