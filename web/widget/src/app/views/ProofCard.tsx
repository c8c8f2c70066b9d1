import { useEffect, useRef, useState } from "preact/hooks";
import { Refused } from "../api.ts";
import { looksLikeEmail } from "../contact.ts";
import { CodeStep } from "./CodeStep.tsx";
import { useChat } from "./context.ts";
import { Field } from "./Field.tsx";
import { Icon } from "./Icon.tsx";

export type ProofStep =
  | { name: "offer" }
  | { name: "email" }
  | { name: "code"; email: string; expiresAt: number; resendAt: number }
  | { name: "done"; email: string };

interface ProofCardProps {
  step: ProofStep;
  onStep: (step: ProofStep) => void;
  onPutAway: () => void;
}

/** The calm way to carry on by e-mail: one line, then an address, then six digits. */
export function ProofCard({ step, onStep, onPutAway }: ProofCardProps) {
  const { words } = useChat();
  if (step.name === "offer") return <Offer onStart={() => onStep({ name: "email" })} onPutAway={onPutAway} />;
  if (step.name === "done") {
    return (
      <p class="card is-done" role="status">
        <Icon name="check" />
        <span>{words.proofDone(step.email)}</span>
      </p>
    );
  }
  return (
    <section class="card" aria-label={words.proofOffer}>
      <h2>{words.proofOffer}</h2>
      {step.name === "email" ? (
        <EmailStep onStep={onStep} onPutAway={onPutAway} />
      ) : (
        <CodeStep step={step} onStep={onStep} />
      )}
    </section>
  );
}

function Offer({ onStart, onPutAway }: { onStart: () => void; onPutAway: () => void }) {
  const { words } = useChat();
  return (
    <div class="card is-line">
      <Icon name="mail" />
      <button type="button" class="text-button" onClick={onStart}>
        {words.proofOffer}
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label={words.proofLater}
        title={words.proofLater}
        onClick={onPutAway}
      >
        <Icon name="close" size={18} />
      </button>
    </div>
  );
}

function EmailStep({ onStep, onPutAway }: { onStep: (step: ProofStep) => void; onPutAway: () => void }) {
  const { chat, state, words } = useChat();
  const [email, setEmail] = useState(state.profile.email ?? state.customer?.email ?? "");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);

  const submit = async (event: Event) => {
    event.preventDefault();
    const address = email.trim();
    if (!looksLikeEmail(address)) return setProblem(words.emailInvalid);
    setBusy(true);
    setProblem(null);
    try {
      const { expires_in, resend_after } = await chat.proveEmail(address);
      const now = Date.now();
      onStep({
        name: "code",
        email: address,
        expiresAt: now + expires_in * 1000,
        resendAt: now + resend_after * 1000,
      });
    } catch (error) {
      setBusy(false);
      setProblem((error instanceof Refused && error.detail) || words.requestFailed);
    }
  };

  return (
    <form onSubmit={submit} noValidate>
      <p>{words.proofWhy}</p>
      <Field
        label={words.proofEmail}
        autoComplete="email"
        inputMode="email"
        placeholder="name@example.com"
        value={email}
        problem={problem}
        inputRef={input}
        onValue={setEmail}
      />
      <div class="card-buttons">
        <button type="submit" class="button" disabled={busy}>
          {busy ? words.proofSending : words.proofSend}
        </button>
        <button type="button" class="text-button is-quiet" onClick={onPutAway}>
          {words.proofLater}
        </button>
      </div>
    </form>
  );
}
