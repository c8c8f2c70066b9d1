import { useState } from "preact/hooks";
import type { Claims } from "../../contract.ts";
import { Refused } from "../api.ts";
import { koreanPhone, looksLikeEmail, looksLikePhone } from "../contact.ts";
import { useChat } from "./context.ts";
import { Field } from "./Field.tsx";
import { Icon } from "./Icon.tsx";

interface AwayCardProps {
  /** True once there is an address or number to answer to. */
  reachable: boolean;
  onSaved: (claims: Claims) => void;
}

/** Outside opening hours: when somebody will answer, and where the answer may go. What is typed is a claim only. */
export function AwayCard({ reachable, onSaved }: AwayCardProps) {
  const { state, words } = useChat();
  const [editing, setEditing] = useState(!reachable);
  return (
    <section class="card" aria-label={words.awayTitle}>
      <h2>{words.awayTitle}</h2>
      <p>{state.availability?.text}</p>
      {editing ? (
        <ContactForm
          onSaved={(claims) => {
            setEditing(false);
            onSaved(claims);
          }}
        />
      ) : (
        <Saved onChange={() => setEditing(true)} />
      )}
    </section>
  );
}

function Saved({ onChange }: { onChange: () => void }) {
  const { state, words } = useChat();
  const { customer, profile } = state;
  if (customer?.proven) return null;
  const where = [profile.name, profile.email ?? customer?.email, profile.phone].filter(Boolean).join(" · ");
  return (
    <p class="saved" role="status">
      <Icon name="check" size={18} />
      <span>
        {words.contactSaved}
        {where && <span class="hint"> {where}</span>}
      </span>
      <button type="button" class="text-button" onClick={onChange}>
        {words.changeContact}
      </button>
    </p>
  );
}

function ContactForm({ onSaved }: { onSaved: (claims: Claims) => void }) {
  const { chat, state, words } = useChat();
  const { profile } = state;
  const [name, setName] = useState(profile.name ?? "");
  const [email, setEmail] = useState(profile.email ?? "");
  const [phone, setPhone] = useState(profile.phone ?? "");
  const [problems, setProblems] = useState<{ email?: string; phone?: string; form?: string }>({});
  const [busy, setBusy] = useState(false);

  const submit = async (event: Event) => {
    event.preventDefault();
    const found = {
      ...(email.trim() === "" && phone.trim() === "" && { email: words.contactNeeded }),
      ...(email.trim() !== "" && !looksLikeEmail(email) && { email: words.emailInvalid }),
      ...(phone.trim() !== "" && !looksLikePhone(phone) && { phone: words.phoneInvalid }),
    };
    setProblems(found);
    if (Object.keys(found).length > 0) return;
    const claims: Claims = {
      ...(name.trim() && { name: name.trim() }),
      ...(email.trim() && { email: email.trim() }),
      ...(phone.trim() && { phone: phone.trim() }),
    };
    setBusy(true);
    try {
      await chat.claim(claims);
      onSaved(claims);
    } catch (error) {
      setProblems({ form: (error instanceof Refused && error.detail) || words.requestFailed });
    } finally {
      setBusy(false);
    }
  };

  return (
    <form onSubmit={submit} noValidate>
      <p>{words.awayForm}</p>
      <Field label={words.name} hint={words.optional} autoComplete="name" value={name} onValue={setName} />
      <Field
        label={words.email}
        inputMode="email"
        autoComplete="email"
        value={email}
        problem={problems.email}
        onValue={setEmail}
      />
      <Field
        label={words.phone}
        inputMode="tel"
        autoComplete="tel"
        value={phone}
        problem={problems.phone}
        onValue={(value) => setPhone(koreanPhone(value))}
      />
      {problems.form && (
        <p class="problem" role="alert">
          {problems.form}
        </p>
      )}
      <div class="card-buttons">
        <button type="submit" class="button" disabled={busy}>
          {words.leaveContact}
        </button>
      </div>
    </form>
  );
}
