import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useLive } from "../live/LiveProvider.tsx";
import { flush } from "./deliver.ts";
import { useOutboxChange } from "./outboxStore.ts";

const AGAIN = 10_000;

/** Hands over what waits: at once, when the line is back, and every few seconds until it is gone. */
export function Outbox() {
  const client = useQueryClient();
  const { state } = useLive();
  const waits = useOutboxChange().some((one) => one.state === "waiting");

  useEffect(() => {
    if (!waits) return;
    void flush(client);
    const timer = setInterval(() => void flush(client), state === "live" ? AGAIN / 2 : AGAIN);
    const online = () => void flush(client);
    window.addEventListener("online", online);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", online);
    };
  }, [client, waits, state]);

  return null;
}
