import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Chat } from "../chat.ts";
import { useStore } from "../store.ts";
import { texts } from "../texts.ts";
import { Announcer } from "./Announcer.tsx";
import { Banner } from "./Banner.tsx";
import { Composer, type ComposerHandle } from "./Composer.tsx";
import { Context } from "./context.ts";
import { useDrop } from "./drop.ts";
import { keepFocus } from "./focus.ts";
import { Header } from "./Header.tsx";
import { Log } from "./Log.tsx";
import { useLook } from "./look.ts";
import type { ProofStep } from "./ProofCard.tsx";
import { Tail } from "./Tail.tsx";

export function ChatWindow({ chat }: { chat: Chat }) {
  const state = useStore(chat.store);
  const words = texts[state.locale];
  const dialog = useRef<HTMLDivElement>(null);
  const composer = useRef<ComposerHandle>(null);
  const [proof, setProof] = useState<ProofStep | null>(null);
  const dropping = useDrop(chat);
  useLook(state);

  // On a phone the keyboard stays down until the visitor wants to write.
  const takeFocus = () => {
    if (state.layout.phone) dialog.current?.focus({ preventScroll: true });
    else composer.current?.focus();
  };
  const atRest = proof === null || proof.name === "done";

  // biome-ignore lint/correctness/useExhaustiveDependencies: opening and a finished card move the focus, nothing else
  useLayoutEffect(() => {
    if (state.open && atRest) takeFocus();
  }, [state.open, atRest]);

  // That the address is proven has been said; the conversation goes on.
  useEffect(() => {
    if (state.outgoing.length > 0) setProof((step) => (step?.name === "done" ? null : step));
  }, [state.outgoing.length]);

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.isComposing) chat.close();
      if (event.key === "Tab") keepFocus(event, dialog.current!);
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [chat]);

  return (
    <Context.Provider value={{ chat, state, words }}>
      <div
        class="chat"
        role="dialog"
        aria-modal={state.layout.phone}
        aria-label={words.dialog(state.brand.name)}
        tabIndex={-1}
        ref={dialog}
      >
        <Header onProof={() => setProof({ name: "email" })} />
        <Banner />
        <Log>
          <Tail step={proof} onStep={setProof} />
        </Log>
        <Composer handle={composer} />
        <Announcer />
        {dropping && <p class="drop">{words.dropHere}</p>}
      </div>
    </Context.Provider>
  );
}
