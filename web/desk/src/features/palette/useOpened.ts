import type { NewRecent } from "@damso/api";
import { useEffect } from "react";
import { useMay } from "../../app/useMe.ts";
import { remember } from "./useRecent.tsx";

/** Whoever only passes through a list has not opened it. */
const STAYED = 1_200;

/** Keeps that the agent opened a case or a customer, once they have stayed a moment. */
export function useOpened(what: NewRecent): void {
  const reads = useMay("conversations.read");
  const named = JSON.stringify(what);
  useEffect(() => {
    if (!reads) return;
    const timer = setTimeout(() => remember(JSON.parse(named) as NewRecent), STAYED);
    return () => clearTimeout(timer);
  }, [named, reads]);
}
