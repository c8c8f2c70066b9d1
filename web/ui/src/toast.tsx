import { IconX } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import { IconButton } from "./IconButton.tsx";
import classes from "./parts.module.css";

interface Toast {
  id: number;
  text: string;
  tone: "plain" | "danger";
  action?: { label: string; run: () => void };
  at: number;
}

const LIFE = 7_000;
let toasts: Toast[] = [];
let last = 0;
const watchers = new Set<() => void>();

function change(next: Toast[]): void {
  toasts = next;
  for (const watcher of watchers) watcher();
}

/** Says what was done, with the way back. */
export function toast(text: string, action?: Toast["action"]): void {
  add({ text, action, tone: "plain" });
}

/** Says what did not work, for what has no place of its own on screen. */
export function toastError(text: string): void {
  add({ text, tone: "danger" });
}

function add(given: Omit<Toast, "id" | "at">): void {
  last += 1;
  const id = last;
  change([...toasts.slice(-2), { ...given, id, at: Date.now() }]);
  setTimeout(() => dismiss(id), LIFE);
}

function dismiss(id: number): void {
  change(toasts.filter((one) => one.id !== id));
}

/** Undoes what the newest toast offers to undo; false when none does, or none that is newer than `since`. */
export function undoLatest(since = 0): boolean {
  const found = toasts.findLast((one) => one.action && one.at >= since);
  if (!found) return false;
  found.action?.run();
  dismiss(found.id);
  return true;
}

export function Toasts({ closeLabel }: { closeLabel: string }) {
  const shown = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => toasts,
  );
  return (
    <div className={classes.toasts} role="status" aria-live="polite">
      {shown.map((one) => (
        <div key={one.id} className={classes.toast} data-tone={one.tone}>
          <span className="grow">{one.text}</span>
          {one.action && (
            <button
              type="button"
              className={classes.toastAction}
              onClick={() => {
                one.action?.run();
                dismiss(one.id);
              }}
            >
              {one.action.label}
            </button>
          )}
          <IconButton
            label={closeLabel}
            size={24}
            className={classes.toastClose}
            onClick={() => dismiss(one.id)}
          >
            <IconX size={14} />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
