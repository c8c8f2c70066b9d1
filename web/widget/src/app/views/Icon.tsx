/** One stroke, 24 × 24, drawn for this widget. Decoration only: the control beside it carries the name. */
const PATHS = {
  close: ["M6.5 6.5l11 11", "M17.5 6.5l-11 11"],
  clip: [
    "M18.5 11.2l-6.6 6.6a4 4 0 0 1-5.7-5.7l6.9-6.9a2.7 2.7 0 0 1 3.8 3.8l-6.7 6.7a1.3 1.3 0 0 1-1.9-1.9l6-6",
  ],
  smile: [
    "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17z",
    "M9 9.8v.4M15 9.8v.4",
    "M8.4 14.2c2 2.2 5.2 2.2 7.2 0",
  ],
  send: ["M12 19V5.5", "M6 11.2l6-6l6 6"],
  mail: [
    "M5 6h14a1.5 1.5 0 0 1 1.5 1.5v9A1.5 1.5 0 0 1 19 18H5a1.5 1.5 0 0 1-1.5-1.5v-9A1.5 1.5 0 0 1 5 6z",
    "M4 7.5l8 5.5l8-5.5",
  ],
  check: ["M5.5 12.5l4.2 4.2l8.8-9"],
  file: [
    "M13.5 3.5H7.8A1.8 1.8 0 0 0 6 5.3v13.4a1.8 1.8 0 0 0 1.8 1.8h8.4a1.8 1.8 0 0 0 1.8-1.8V8z",
    "M13.5 3.5V8H18",
  ],
  download: ["M12 4.5v10", "M7.8 10.8l4.2 4.2l4.2-4.2", "M5 19.5h14"],
  warning: ["M12 8.5v4.2", "M12 16v.2", "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17z"],
  retry: ["M19.5 12a7.5 7.5 0 1 1-2.4-5.5", "M19.5 4v3.8h-3.8"],
  down: ["M6.5 9.5l5.5 5.5l5.5-5.5"],
  clock: ["M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17z", "M12 7.5V12l3 2"],
  chat: ["M20 11.4a7.6 6.8 0 0 1-10.8 6.2L4.8 19l1.2-3.6A6.8 6.8 0 0 1 4.800 11.400a7.6 6.8 0 0 1 15.200 0z"],
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" focusable="false">
      {PATHS[name].map((line) => (
        <path key={line} d={line} />
      ))}
    </svg>
  );
}
