import type { StatedReason } from "@damso/api";
import { type ReactNode, useState } from "react";
import { ReasonDialog } from "./ReasonDialog.tsx";
import { saveFile } from "./saveFile.ts";

export type Fetch = (reason: StatedReason) => Promise<Blob>;

interface Wanted {
  name: string;
  fetch: Fetch;
}

/**
 * Every file of personal data leaves by this: `ask` opens the question why, and the file is saved once it is answered.
 * Put `dialog` anywhere on the screen.
 */
export function useDownload(): { ask: (name: string, fetch: Fetch) => void; dialog: ReactNode } {
  const [wanted, setWanted] = useState<Wanted | null>(null);
  return {
    ask: (name, fetch) => setWanted({ name, fetch }),
    dialog: wanted && (
      <ReasonDialog
        onClose={() => setWanted(null)}
        onGiven={async (reason) => {
          saveFile(await wanted.fetch(reason), wanted.name);
          setWanted(null);
        }}
      />
    ),
  };
}
