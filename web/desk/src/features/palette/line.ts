import type { ReactNode } from "react";

/** One thing the palette offers. */
export interface Line {
  id: string;
  group: string;
  label: string;
  hint?: string;
  mark: ReactNode;
  combo?: string;
  run: () => void;
}
