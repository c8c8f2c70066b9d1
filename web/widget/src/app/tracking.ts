export interface TrackingPorts {
  event(name: string, properties: Record<string, unknown>): Promise<void>;
  page(): Promise<void>;
}

interface Event {
  name: string;
  properties: Record<string, unknown>;
}

/** So many of the latest events wait for a visitor to speak; what was before that has lost its meaning. */
const WAITING_LIMIT = 50;

/**
 * What the page tells about its visitor's doings. It waits until the visitor is somebody, by writing or by signing in:
 * who only looks around leaves no trace. Whoever then writes brings along what they were looking at.
 */
export class Tracking {
  readonly #ports: TrackingPorts;
  #waiting: Event[] = [];
  #ready = false;

  constructor(ports: TrackingPorts) {
    this.#ports = ports;
  }

  event(name: string, properties: Record<string, unknown>): void {
    if (this.#ready) this.#tell({ name, properties });
    else this.#waiting = [...this.#waiting, { name, properties }].slice(-WAITING_LIMIT);
  }

  /** A session brings the page it begins on itself; only later pages are news. */
  page(): void {
    if (this.#ready) this.#ports.page().catch(() => undefined);
  }

  open(): void {
    this.#ready = true;
    for (const event of this.#waiting.splice(0)) this.#tell(event);
  }

  /** Somebody else sits here now: what waits was not theirs. */
  shut(): void {
    this.#ready = false;
    this.#waiting = [];
  }

  /** An event is a hint for the desk: one that is lost on the way is not worth troubling the visitor. */
  #tell({ name, properties }: Event): void {
    this.#ports.event(name, properties).catch(() => undefined);
  }
}
