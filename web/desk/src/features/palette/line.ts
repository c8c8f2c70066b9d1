import type { ReactNode } from "react";
import type { Piece } from "../search/found.ts";

/** One thing the palette offers. */
export interface Line {
  id: string;
  group: string;
  label: string;
  /** The label with what was typed marked in it, where a server found it. */
  pieces?: Piece[];
  hint?: string;
  mark: ReactNode;
  combo?: string;
  /** Choosing it goes on with this text instead of closing. */
  text?: string;
  run?: () => void;
  /** Takes it off the list: what one opened lately can be forgotten. */
  forget?: () => void;
}
