type Press = Pick<KeyboardEvent, "key" | "code" | "metaKey" | "ctrlKey" | "shiftKey" | "altKey">;

/** What signs a place of the keyboard types, plain and with Shift, where the input method types something else. */
const SIGNS: Record<string, [string, string]> = {
  Backquote: ["`", "~"],
  Minus: ["-", "_"],
  Equal: ["=", "+"],
  BracketLeft: ["[", "{"],
  BracketRight: ["]", "}"],
  Backslash: ["\\", "|"],
  Semicolon: [";", ":"],
  Quote: ["'", '"'],
  Comma: [",", "<"],
  Period: [".", ">"],
  Slash: ["/", "?"],
  Digit1: ["1", "!"],
  Digit2: ["2", "@"],
  Digit3: ["3", "#"],
  Digit4: ["4", "$"],
  Digit5: ["5", "%"],
  Digit6: ["6", "^"],
  Digit7: ["7", "&"],
  Digit8: ["8", "*"],
  Digit9: ["9", "("],
  Digit0: ["0", ")"],
};
const NAMED: Record<string, string> = { " ": "space", "+": "plus" };
/** What a press is called when the input method took it. */
const UNTOLD = new Set(["Process", "Unidentified", "Dead"]);
const MODIFIERS = new Set([
  "Shift",
  "Control",
  "Meta",
  "Alt",
  "AltGraph",
  "CapsLock",
  "HangulMode",
  "HanjaMode",
  "Lang1",
  "Lang2",
]);

/**
 * The name of what was pressed: `e`, `shift+m`, `mod+enter`, `?`; nothing for a bare modifier. A key that types no Latin
 * letter or sign goes by its place, so a map works while Hangul is switched on.
 */
export function comboOf(event: Press): string | null {
  if (MODIFIERS.has(event.key)) return null;
  const typed = typedKey(event);
  const parts = [];
  if (event.metaKey || event.ctrlKey) parts.push("mod");
  if (event.altKey) parts.push("alt");
  // A sign such as ? already says that Shift was held.
  if (event.shiftKey && (/^[a-z]$/.test(typed) || typed.length > 1) && typed !== "plus") parts.push("shift");
  return [...parts, typed].join("+");
}

function typedKey({ key, code, shiftKey, altKey }: Press): string {
  const letter = /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase();
  const latin = /^[\x20-\x7e]$/.test(key) && !altKey;
  if (letter) return latin && /^[a-z]$/i.test(key) ? key.toLowerCase() : letter;
  if (!latin && (key.length === 1 || UNTOLD.has(key))) {
    const sign = SIGNS[code]?.[shiftKey ? 1 : 0];
    if (sign) return NAMED[sign] ?? sign;
  }
  return NAMED[key] ?? key.toLowerCase();
}
