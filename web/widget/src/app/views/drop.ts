import { useEffect, useState } from "preact/hooks";
import type { Chat } from "../chat.ts";

/** Files dragged over the chat are attached where they are dropped; true while they hover. */
export function useDrop(chat: Chat): boolean {
  const [over, setOver] = useState(false);

  useEffect(() => {
    const dragged = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(true);
    };
    const left = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const dropped = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      chat.attach(event.dataTransfer?.files ?? []);
    };
    document.addEventListener("dragover", dragged);
    document.addEventListener("dragleave", left);
    document.addEventListener("drop", dropped);
    return () => {
      document.removeEventListener("dragover", dragged);
      document.removeEventListener("dragleave", left);
      document.removeEventListener("drop", dropped);
    };
  }, [chat]);

  return over;
}
