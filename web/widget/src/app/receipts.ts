import type { Entry } from "../contract.ts";
import { lastFromUs } from "./timeline.ts";

export interface ReceiptPorts {
  read(messageId: string): Promise<void>;
  delivered(messageId: string): Promise<void>;
}

/** Tells the desk how far its messages came: on this device, and before the visitor's eyes. Each step once. */
export class Receipts {
  readonly #ports: ReceiptPorts;
  #delivered: string | null = null;
  #read: string | null = null;

  constructor(ports: ReceiptPorts) {
    this.#ports = ports;
  }

  update(entries: readonly Entry[], seen: boolean): void {
    const last = lastFromUs(entries);
    if (!last) return;
    if (seen) this.#tellRead(last.id);
    else this.#tellDelivered(last.id);
  }

  reset(): void {
    this.#delivered = this.#read = null;
  }

  #tellRead(id: string): void {
    if (this.#read === id) return;
    const before = this.#read;
    this.#read = id;
    this.#ports.read(id).catch(() => {
      if (this.#read === id) this.#read = before;
    });
  }

  #tellDelivered(id: string): void {
    if (this.#delivered === id || this.#read === id) return;
    const before = this.#delivered;
    this.#delivered = id;
    this.#ports.delivered(id).catch(() => {
      if (this.#delivered === id) this.#delivered = before;
    });
  }
}
