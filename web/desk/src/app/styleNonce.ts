/** The nonce of this page, with which scripts of ours may add style sheets under its Content-Security-Policy. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";

export function styleNonce(): string {
  return nonce;
}

// Where the library that locks scrolling behind dialogs looks for it.
Object.assign(globalThis, { __webpack_nonce__: nonce });
