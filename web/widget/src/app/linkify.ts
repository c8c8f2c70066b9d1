export type Piece = { text: string; href: string | null };

/** Ends before Hangul: particles stand right behind an address, and copied addresses carry Hangul encoded. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`\p{Script=Hangul}]+/giu;
/** Signs that end a sentence around an address rather than belong to it. */
const TRAILING = /[.,;:!?)\]}…。」』]+$/;

/** Text cut into plain pieces and http(s) addresses; nothing else ever becomes a link. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(TRAILING, "");
    if (!URL.canParse(address)) continue;
    if (match.index > at) found.push({ text: text.slice(at, match.index), href: null });
    found.push({ text: address, href: address });
    at = match.index + address.length;
  }
  if (at < text.length) found.push({ text: text.slice(at), href: null });
  return found;
}

/** One to three emoji and nothing else: shown large. */
export function isOnlyEmoji(text: string): boolean {
  const signs = [...new Intl.Segmenter().segment(text.replace(/\s/g, ""))];
  return (
    signs.length > 0 &&
    signs.length <= 3 &&
    signs.every(({ segment }) => /^\p{Extended_Pictographic}/u.test(segment))
  );
}
