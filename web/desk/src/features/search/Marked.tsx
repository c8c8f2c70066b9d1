import { marked, type Piece } from "./found.ts";

interface Props {
  text: string;
  /** Where the server found it already. */
  pieces?: Piece[];
  query: string;
}

/** A text with what was looked for marked in it. */
export function Marked({ text, pieces, query }: Props) {
  return (pieces ?? marked(text, query)).map((piece, index) =>
    piece.hit ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
  );
}
