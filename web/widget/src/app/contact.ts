/** Is what somebody typed worth sending? The server decides; this only catches slips of the finger. */

export function looksLikeEmail(value: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[^\s@.]{2,}$/.test(value.trim()) && value.length <= 254;
}

export function looksLikePhone(value: string): boolean {
  const digits = value.replace(/[\s().-]/g, "");
  return /^\+?\d{8,15}$/.test(digits);
}

/** `01012345678` as people write it while they type it: `010-1234-5678`. Other numbers stay as typed. */
export function koreanPhone(value: string): string {
  const digits = value.replace(/\D/g, "");
  if (!/^01\d/.test(digits) || value.trim().startsWith("+")) return value;
  return [digits.slice(0, 3), digits.slice(3, 7), digits.slice(7, 11)].filter(Boolean).join("-");
}
