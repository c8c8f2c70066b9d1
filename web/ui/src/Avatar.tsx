import classes from "./parts.module.css";

interface Props {
  name: string;
  initials?: string;
  /** One of twelve tints, 0 to 11; it only tells people apart. */
  colour?: number;
  size?: number;
}

const TINTS = 12;

/** A face made of initials. Decorative: the name always stands beside it. */
export function Avatar({ name, initials, colour, size = 32 }: Props) {
  const tint = (colour ?? hash(name)) % TINTS;
  return (
    <span
      aria-hidden="true"
      className={classes.avatar}
      style={
        {
          "--hue": `${tint * (360 / TINTS)}deg`,
          width: size,
          height: size,
          fontSize: letterSize(size),
        } as React.CSSProperties
      }
      data-initials={initials || initialsOf(name)}
    />
  );
}

function letterSize(size: number): number {
  return size < 22 ? 9 : size < 28 ? 10 : size < 40 ? 12 : 15;
}

/** Korean names are known by their last two syllables, others by their first letters. */
function initialsOf(name: string): string {
  const clean = name.trim();
  if (/^[가-힣]{2,4}$/.test(clean)) return clean.slice(-2);
  if (/^[가-힣]/.test(clean)) return clean.slice(0, 2);
  const words = clean.split(/[\s@._-]+/).filter(Boolean);
  return (words.length > 1 ? `${words[0]?.[0]}${words[1]?.[0]}` : clean.slice(0, 2)).toUpperCase();
}

function hash(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return sum;
}
