import { useState } from "preact/hooks";
import { Refused } from "../api.ts";
import { useChat } from "./context.ts";
import { Field } from "./Field.tsx";
import { Icon } from "./Icon.tsx";

const DIGITS = 6;

/** A conversation that began elsewhere goes on here: what was said appears once somebody has proven whose it is. */
export function ContinueCard() {
  const { state, words } = useChat();
  switch (state.continuation) {
    case "here":
      return (
        <p class="card is-done" role="status">
          <Icon name="check" />
          <span>{words.continueHere}</span>
        </p>
      );
    case "over":
    case "agent":
      return (
        <p class="card" role="status">
          {state.continuation === "over" ? words.continueOver : words.continueAgent}
        </p>
      );
    case "code":
      return <CodeForm />;
    case null:
      return null;
  }
}

function CodeForm() {
  const { chat, words } = useChat();
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const check = async (event: Event) => {
    event.preventDefault();
    if (code.length !== DIGITS) return setProblem(words.codeInvalid);
    setBusy(true);
    setProblem(null);
    try {
      await chat.checkContinuation(code);
    } catch (error) {
      setBusy(false);
      setCode("");
      setProblem((error instanceof Refused && error.detail) || words.requestFailed);
    }
  };

  return (
    <section class="card" aria-label={words.continueTitle}>
      <h2>{words.continueTitle}</h2>
      <form noValidate onSubmit={check}>
        <p>{words.continueWhy}</p>
        <div class="code-field">
          <Field
            label={words.proofCode}
            inputMode="numeric"
            autoComplete="one-time-code"
            value={code}
            problem={problem}
            onValue={(value) => setCode(value.replace(/\D/g, "").slice(0, DIGITS))}
          />
        </div>
        <div class="card-buttons">
          <button type="submit" class="button" disabled={busy}>
            {busy ? words.proofChecking : words.proofCheck}
          </button>
        </div>
      </form>
    </section>
  );
}
