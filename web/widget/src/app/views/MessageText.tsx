import { useState } from "preact/hooks";
import { pieces } from "../linkify.ts";
import { useChat } from "./context.ts";

/** A mail can be long; what was written in a chat hardly ever is. */
const FOLD_CHARACTERS = 700;
const FOLD_LINES = 14;

export function MessageText({ text }: { text: string }) {
  const { words } = useChat();
  const [whole, setWhole] = useState(false);
  const folded = fold(text);
  return (
    <>
      <Linked text={whole ? text : folded} />
      {folded !== text && (
        <button type="button" class="fold" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? words.less : words.more}
        </button>
      )}
    </>
  );
}

function Linked({ text }: { text: string }) {
  return (
    <>
      {pieces(text).map(({ text: piece, href }, index) =>
        href ? (
          <a key={index} href={href} target="_blank" rel="noopener noreferrer nofollow">
            {piece}
          </a>
        ) : (
          piece
        ),
      )}
    </>
  );
}

function fold(text: string): string {
  const lines = text.split("\n").slice(0, FOLD_LINES).join("\n");
  const short = lines.length > FOLD_CHARACTERS ? lines.slice(0, FOLD_CHARACTERS) : lines;
  return short.length < text.length ? `${short.trimEnd()}…` : text;
}
