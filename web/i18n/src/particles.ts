/** Korean particles change with the sound they follow: 이메일로, 채팅으로; 배송을, 교환을, 결제를. */

type Sound = "vowel" | "rieul" | "consonant";

const PAIRS: Record<string, [afterConsonant: string, afterVowel: string]> = {
  "을(를)": ["을", "를"],
  "은(는)": ["은", "는"],
  "이(가)": ["이", "가"],
  "(으)로": ["으로", "로"],
};

/** Digits and Latin letters by how they are read out: 3 is 삼, L is 엘. */
const READ_WITH_CONSONANT = /[036mnMN]/;
const READ_WITH_RIEUL = /[178lrLR]/;

/** Puts the right form where a text leaves both open, as in `‘{{name}}’을(를)`. */
export function withParticles(text: string): string {
  return text.replace(
    /(\S)(["'’”)\]]*)(을\(를\)|은\(는\)|이\(가\)|\(으\)로)/g,
    (_, last: string, quotes: string, both: string) => {
      const sound = soundOf(last);
      const [afterConsonant, afterVowel] = PAIRS[both] ?? [both, both];
      // 로 follows ㄹ as it follows a vowel: 메일로.
      const open = sound === "vowel" || (sound === "rieul" && both === "(으)로");
      return last + quotes + (open ? afterVowel : afterConsonant);
    },
  );
}

function soundOf(letter: string): Sound {
  const code = letter.charCodeAt(0) - 0xac00;
  if (code < 0 || code > 11171) {
    if (READ_WITH_RIEUL.test(letter)) return "rieul";
    return READ_WITH_CONSONANT.test(letter) ? "consonant" : "vowel";
  }
  const final = code % 28;
  return final === 0 ? "vowel" : final === 8 ? "rieul" : "consonant";
}
