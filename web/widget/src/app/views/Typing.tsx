import type { Person } from "../../contract.ts";
import { useChat } from "./context.ts";
import { Face } from "./Message.tsx";

export function Typing({ who }: { who: Person | "someone" }) {
  const { state, words } = useChat();
  const initials = who === "someone" ? [...state.brand.name][0]! : who.initials;
  return (
    <div class="message is-theirs is-first">
      <Face initials={initials} shown />
      <div class="message-body">
        <div class="bubble typing">
          <span class="hidden-words">{who === "someone" ? words.someoneTyping : words.typing(who.name)}</span>
          <i />
          <i />
          <i />
        </div>
      </div>
    </div>
  );
}
