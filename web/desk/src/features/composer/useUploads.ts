import { type Attachment, api } from "@damso/api";
import { useText } from "@damso/i18n";
import { useEffect, useRef, useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { draftOf, writeDraft } from "./drafts.ts";

export interface Upload {
  key: string;
  name: string;
  share: number;
  error: string | null;
  file: File;
}

/** Files on their way up; finished ones stand in the draft. */
export function useUploads(conversationId: string) {
  const { t } = useText();
  const [uploads, setUploads] = useState<Upload[]>([]);
  const stops = useRef(new Map<string, AbortController>());

  useEffect(() => {
    const all = stops.current;
    return () => {
      for (const stop of all.values()) stop.abort();
    };
  }, []);

  const change = (key: string, part: Partial<Upload>) =>
    setUploads((before) => before.map((one) => (one.key === key ? { ...one, ...part } : one)));
  const remove = (key: string) => {
    stops.current.get(key)?.abort();
    stops.current.delete(key);
    setUploads((before) => before.filter((one) => one.key !== key));
  };

  const run = async ({ key, file }: Upload) => {
    const stop = new AbortController();
    stops.current.set(key, stop);
    change(key, { error: null, share: 0 });
    try {
      const attachment: Attachment = await api.uploads.send(
        file,
        (share) => change(key, { share }),
        stop.signal,
      );
      writeDraft(conversationId, { attachments: [...draftOf(conversationId).attachments, attachment] });
      remove(key);
    } catch (error) {
      if (!stop.signal.aborted) change(key, { error: messageOf(error, t) });
    }
  };

  const add = (files: Iterable<File>) => {
    const fresh = [...files].map((file) => ({
      key: crypto.randomUUID(),
      name: file.name,
      share: 0,
      error: null,
      file,
    }));
    setUploads((before) => [...before, ...fresh]);
    for (const one of fresh) void run(one);
  };

  return { uploads, add, remove, retry: run };
}
