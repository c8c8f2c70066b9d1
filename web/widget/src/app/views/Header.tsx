import { useState } from "preact/hooks";
import { useChat } from "./context.ts";
import { Icon } from "./Icon.tsx";

export function Header({ onProof }: { onProof: () => void }) {
  const { chat, state, words } = useChat();
  const { brand, availability, customer } = state;
  const offersProof = state.canProve && !(customer?.proven && customer.email);
  return (
    <header class="header">
      <Mark logo={brand.logo_url} name={brand.name} />
      <div class="header-words">
        <h1>{brand.name}</h1>
        {availability && (
          <p class={availability.open ? "availability is-open" : "availability"}>{availability.text}</p>
        )}
      </div>
      {offersProof && (
        <button
          type="button"
          class="icon-button"
          aria-label={words.proofOffer}
          title={words.proofOffer}
          onClick={onProof}
        >
          <Icon name="mail" />
        </button>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label={words.close}
        title={words.close}
        onClick={() => chat.close()}
      >
        <Icon name="close" />
      </button>
    </header>
  );
}

function Mark({ logo, name }: { logo: string | null; name: string }) {
  const [broken, setBroken] = useState(false);
  if (logo && !broken) {
    return <img class="mark" src={logo} alt="" width={40} height={40} onError={() => setBroken(true)} />;
  }
  return (
    <span class="mark" aria-hidden="true">
      {[...name][0]}
    </span>
  );
}
