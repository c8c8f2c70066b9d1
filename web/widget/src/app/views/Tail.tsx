import { useState } from "preact/hooks";
import { AwayCard } from "./AwayCard.tsx";
import { ContinueCard } from "./ContinueCard.tsx";
import { useChat } from "./context.ts";
import { ProofCard, type ProofStep } from "./ProofCard.tsx";

/** What stands after the last message: when we are back, and the way to carry on by e-mail. One thing at a time. */
export function Tail({ step, onStep }: { step: ProofStep | null; onStep: (step: ProofStep | null) => void }) {
  const { chat, state } = useChat();
  const { availability, customer, canProve, entries, outgoing, proofLater } = state;
  const [left, setLeft] = useState(false);
  const provenByMail = customer?.proven === true && customer.email !== null;
  const reachable = left || provenByMail;
  const away = availability?.open === false;
  const wrote = outgoing.length > 0 || entries.some(({ from }) => from === "me");
  const offered = wrote && canProve && !proofLater && !provenByMail && (!away || reachable);
  const shown: ProofStep | null = step ?? (offered ? { name: "offer" } : null);
  if (state.continuation !== null && state.continuation !== "here") return <ContinueCard />;
  return (
    <>
      <ContinueCard />
      {away && (
        <AwayCard
          reachable={reachable}
          onSaved={({ email }) => {
            setLeft(true);
            if (email && canProve && !provenByMail) onStep({ name: "email" });
          }}
        />
      )}
      {shown && (
        <ProofCard
          step={shown}
          onStep={onStep}
          onPutAway={() => {
            chat.putProofAway();
            onStep(null);
          }}
        />
      )}
    </>
  );
}
