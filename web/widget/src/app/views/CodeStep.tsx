import { useEffect, useRef, useState } from "preact/hooks";
import { Refused } from "../api.ts";
import { countdown } from "../dates.ts";
import type { Texts } from "../texts.ts";
import { useChat } from "./context.ts";
import { Field } from "./Field.tsx";
import type { ProofStep } from "./ProofCard.tsx";

const DIGITS = 6;

interface CodeStepProps {
  step: Extract<ProofStep, { name: "code" }>;
  onStep: (step: ProofStep) => void;
}

export function CodeStep({ step, onStep }: CodeStepProps) {
  const { chat, words } = useChat();
  const { email } = step;
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [note, setNote] = useState(words.proofSentTo(email));
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const validFor = useSecondsUntil(step.expiresAt);
  const resendIn = useSecondsUntil(step.resendAt);
  useEffect(() => input.current?.focus(), []);

  const check = async (digits: string) => {
    if (digits.length !== DIGITS) return setProblem(words.codeInvalid);
    setBusy(true);
    setProblem(null);
    try {
      await chat.checkCode(email, digits);
      onStep({ name: "done", email });
    } catch (error) {
      setBusy(false);
      setCode("");
      setProblem(refusal(error, words));
      input.current?.focus();
    }
  };

  const resend = async () => {
    setProblem(null);
    try {
      const { expires_in, resend_after } = await chat.proveEmail(email);
      const now = Date.now();
      onStep({
        name: "code",
        email,
        expiresAt: now + expires_in * 1000,
        resendAt: now + resend_after * 1000,
      });
      setNote(words.proofResent);
      setCode("");
      input.current?.focus();
    } catch (error) {
      setProblem((error instanceof Refused && error.detail) || words.requestFailed);
    }
  };

  const typed = (value: string) => {
    const digits = value.replace(/\D/g, "").slice(0, DIGITS);
    setCode(digits);
    if (digits.length === DIGITS && code.length < DIGITS && !busy) void check(digits);
  };

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void check(code);
      }}
    >
      <p role="status">{note}</p>
      <div class="code-field">
        <Field
          label={words.proofCode}
          hint={validFor > 0 ? words.proofExpires(countdown(validFor)) : undefined}
          inputMode="numeric"
          autoComplete="one-time-code"
          value={code}
          problem={problem ?? (validFor === 0 ? words.proofExpired : null)}
          inputRef={input}
          onValue={typed}
        />
      </div>
      <div class="card-buttons">
        <button type="submit" class="button" disabled={busy}>
          {busy ? words.proofChecking : words.proofCheck}
        </button>
        <button type="button" class="text-button is-quiet" onClick={() => onStep({ name: "email" })}>
          {words.proofOtherAddress}
        </button>
      </div>
      <p class="resend">
        {resendIn > 0 ? (
          words.proofResendIn(resendIn)
        ) : (
          <button type="button" class="text-button" onClick={() => void resend()}>
            {words.proofResend}
          </button>
        )}
      </p>
    </form>
  );
}

function refusal(error: unknown, words: Texts): string {
  if (!(error instanceof Refused)) return words.requestFailed;
  switch (error.code) {
    case "CODE_WRONG":
      return words.proofWrong(Number(error.extras.left ?? 0));
    case "CODE_EXPIRED":
      return words.proofExpired;
    case "TOO_MANY_TRIES":
      return words.proofTooMany;
    default:
      return error.detail || words.requestFailed;
  }
}

function useSecondsUntil(moment: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.ceil((moment - now) / 1000));
}
