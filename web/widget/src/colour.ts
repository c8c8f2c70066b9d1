/** Colours made from the brand's one colour so that text on it, and it on a surface, keep WCAG AA. */

type Rgb = readonly [number, number, number];

/** WCAG 2.2, success criterion 1.4.3: normal text. */
const AA_TEXT = 4.5;
/** A little above the limit: brand-coloured words are small. */
const COMFORT = 5.5;
const FALLBACK: Rgb = [47, 93, 80];
const WHITE: Rgb = [255, 255, 255];
const INK: Rgb = [23, 26, 31];

export interface BrandColours {
  /** The brand's colour itself: fills. */
  brand: string;
  /** Text and icons on `brand`. */
  onBrand: string;
  /** The brand's colour as text or line on the surface, darkened or lightened until it can be read. */
  accent: string;
}

export function brandColours(colour: string, surface: string): BrandColours {
  const brand = parse(colour) ?? FALLBACK;
  const ground = parse(surface) ?? WHITE;
  return {
    brand: css(brand),
    onBrand: css(contrast(brand, WHITE) >= AA_TEXT ? WHITE : darkInk(brand)),
    accent: css(readable(brand, ground)),
  };
}

export function contrastOf(a: string, b: string): number {
  return contrast(parse(a) ?? FALLBACK, parse(b) ?? FALLBACK);
}

/** The softest dark that still reads: our ink, or black on the few mid tones where ink falls short. */
function darkInk(ground: Rgb): Rgb {
  return contrast(ground, INK) >= AA_TEXT ? INK : [0, 0, 0];
}

function readable(colour: Rgb, ground: Rgb): Rgb {
  const towards: Rgb = luminance(ground) > 0.4 ? [0, 0, 0] : WHITE;
  let mixed = colour;
  for (let share = 0; share <= 1 && contrast(mixed, ground) < COMFORT; share += 0.04) {
    mixed = mix(colour, towards, share);
  }
  return mixed;
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const channel = (index: 0 | 1 | 2) => Math.round(from[index] + (to[index] - from[index]) * share);
  return [channel(0), channel(1), channel(2)];
}

function contrast(a: Rgb, b: Rgb): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function parse(colour: string): Rgb | null {
  const long = colour.trim().replace(/^#([\da-f])([\da-f])([\da-f])$/i, "#$1$1$2$2$3$3");
  const found = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(long);
  if (!found) return null;
  return [Number.parseInt(found[1]!, 16), Number.parseInt(found[2]!, 16), Number.parseInt(found[3]!, 16)];
}

function css([red, green, blue]: Rgb): string {
  return `#${[red, green, blue].map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
