import classes from "./parts.module.css";

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** Keys as this person's keyboard names them: `mod+enter` is ⌘↵ on a Mac and Ctrl+Enter elsewhere. */
export function keyText(combo: string): string {
  const names = MAC ? MAC_NAMES : NAMES;
  const parts = combo.split("+").map((part) => names[part] ?? SIGNS[part] ?? part.toUpperCase());
  return parts.join(MAC ? "" : "+");
}

const SIGNS: Record<string, string> = {
  escape: "Esc",
  plus: "+",
  space: "Space",
  arrowup: "↑",
  arrowdown: "↓",
  arrowleft: "←",
  arrowright: "→",
};
const MAC_NAMES: Record<string, string> = { mod: "⌘", shift: "⇧", alt: "⌥", enter: "↵", esc: "Esc" };
const NAMES: Record<string, string> = { mod: "Ctrl", shift: "Shift", alt: "Alt", enter: "Enter", esc: "Esc" };

/** `combo` is one key or chord; a space between two means one after the other. */
export function Kbd({ combo }: { combo: string }) {
  return (
    <span className={classes.keys}>
      {combo.split(" ").map((chord) => (
        <kbd key={chord} className={classes.key}>
          {keyText(chord)}
        </kbd>
      ))}
    </span>
  );
}
