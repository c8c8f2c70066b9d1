const FIRST = 0xac00;
const LAST = 0xd7a3;
const PER_INITIAL = 588;
const INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const ONLY_INITIALS = /^[ㄱ-ㅎ]{2,}$/;

export interface Piece {
  text: string;
  hit: boolean;
}

/** Whether every word stands in the text, as a part of it or (배송 for ㅂㅅ) by its initial consonants. */
export function holds(text: string, query: string): boolean {
  return words(query).every((word) => placeOf(text, word) >= 0);
}

/** The text in pieces, each with whether it is what was typed. */
export function marked(text: string, query: string): Piece[] {
  const hit = new Array<boolean>(text.length).fill(false);
  for (const word of words(query)) {
    const at = placeOf(text, word);
    if (at >= 0) hit.fill(true, at, at + word.length);
  }
  const pieces: Piece[] = [];
  for (const [index, sign] of [...text].entries()) {
    const last = pieces.at(-1);
    if (last && last.hit === hit[index]) last.text += sign;
    else pieces.push({ text: sign, hit: hit[index] ?? false });
  }
  return pieces;
}

function words(query: string): string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean);
}

function placeOf(text: string, word: string): number {
  return (ONLY_INITIALS.test(word) ? initials(text) : text.toLowerCase()).indexOf(word);
}

function initials(text: string): string {
  return [...text]
    .map((sign) => {
      const code = sign.charCodeAt(0);
      return code >= FIRST && code <= LAST
        ? (INITIALS[Math.floor((code - FIRST) / PER_INITIAL)] ?? sign)
        : sign;
    })
    .join("");
}
