import type { KeyAction, KeyBook, KeyPreset, MyKeys, MySettings } from "@damso/api";

type Keymap = MySettings["keymap"];
type Reason = KeyBook["refused"][number]["reason"] | "typing";

/** Who else has these keys, or keys that begin with them (`g` takes `g i` away). */
export function clashOf(keymap: Keymap, action: KeyAction, combo: string): KeyAction | null {
  for (const [other, combos] of Object.entries(keymap) as [KeyAction, string[]][]) {
    if (other !== action && combos.some((one) => clash(one, combo))) return other;
  }
  return null;
}

/** Why keys cannot be given to an action, or nothing. The server decides the same. */
export function refusalFor(book: KeyBook, action: KeyAction, combo: string): Reason | null {
  const chords = combo.split(" ");
  const refused = book.refused.find(({ combos }) => chords.some((chord) => combos.includes(chord)));
  if (refused) return refused.reason;
  const place = book.actions.find((one) => one.id === action)?.place;
  return place === "writing" && !(chords.length === 1 && combo.startsWith("mod+")) ? "typing" : null;
}

/** The keys with one more, or another in the place of `instead`; whoever had it loses it. */
export function withKey(settings: MySettings, action: KeyAction, combo: string, instead?: string): MyKeys {
  const { keys, keymap } = settings;
  const own = { ...keys.own };
  const now = keymap[action].filter((one) => one !== combo);
  own[action] = now.includes(instead ?? "")
    ? now.map((one) => (one === instead ? combo : one))
    : [...now, combo];
  const loser = clashOf(keymap, action, combo);
  if (loser) own[loser] = keymap[loser].filter((one) => !clash(one, combo));
  return { ...keys, own };
}

export function withoutKey({ keys, keymap }: MySettings, action: KeyAction, combo: string): MyKeys {
  return { ...keys, own: { ...keys.own, [action]: keymap[action].filter((one) => one !== combo) } };
}

/** An action's keys as the preset has them; whoever took one of them meanwhile gives it back. */
export function withoutOwn({ keys, keymap }: MySettings, book: KeyBook, action: KeyAction): MyKeys {
  const own = { ...keys.own };
  delete own[action];
  const preset = presetKey(book, keys.preset, action);
  for (const [other, combos] of Object.entries(keymap) as [KeyAction, string[]][]) {
    if (other === action || !preset || !combos.some((one) => clash(one, preset))) continue;
    own[other] = combos.filter((one) => !clash(one, preset));
  }
  return { ...keys, own };
}

function presetKey(book: KeyBook, preset: KeyPreset, action: KeyAction): string | undefined {
  return book.actions.find((one) => one.id === action)?.presets[preset];
}

function clash(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other} `) || other.startsWith(`${one} `);
}
