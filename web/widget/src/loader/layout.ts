import type { Layout } from "../bridge.ts";

/** Narrow screens, and phones held sideways, give the chat the whole screen. */
const PHONE = "(max-width: 600px), (max-height: 480px) and (pointer: coarse)";

/**
 * Sizes the full-screen chat to what the on-screen keyboard leaves: the frame itself cannot see the page's
 * visual viewport.
 */
export class ScreenLayout {
  readonly #root: HTMLElement;
  readonly #insets: HTMLElement;
  readonly #query = matchMedia(PHONE);
  #scroll: { overflow: string } | null = null;

  constructor(root: HTMLElement, insets: HTMLElement, changed: (layout: Layout) => void) {
    this.#root = root;
    this.#insets = insets;
    const update = () => {
      this.#paint();
      changed(this.current());
    };
    this.#query.addEventListener("change", update);
    window.visualViewport?.addEventListener("resize", update);
    window.visualViewport?.addEventListener("scroll", () => this.#paint());
    this.#paint();
  }

  current(): Layout {
    const { paddingTop, paddingRight, paddingBottom, paddingLeft } = getComputedStyle(this.#insets);
    const keyboard = this.#keyboardIsUp();
    return {
      phone: this.#query.matches,
      insets: {
        top: Number.parseFloat(paddingTop) || 0,
        right: Number.parseFloat(paddingRight) || 0,
        bottom: keyboard ? 0 : Number.parseFloat(paddingBottom) || 0,
        left: Number.parseFloat(paddingLeft) || 0,
      },
    };
  }

  /** While the chat covers the whole screen, the page behind it does not scroll. */
  lockPage(locked: boolean): void {
    const { style } = document.documentElement;
    if (locked && this.#query.matches && !this.#scroll) {
      this.#scroll = { overflow: style.overflow };
      style.overflow = "hidden";
    } else if (this.#scroll && !(locked && this.#query.matches)) {
      style.overflow = this.#scroll.overflow;
      this.#scroll = null;
    }
  }

  #keyboardIsUp(): boolean {
    const viewport = window.visualViewport;
    return viewport !== null && viewport.scale === 1 && innerHeight - viewport.height > 100;
  }

  #paint(): void {
    this.#root.classList.toggle("phone", this.#query.matches);
    const viewport = window.visualViewport;
    if (viewport?.scale !== 1) return;
    this.#root.style.setProperty("--screen-height", `${viewport.height}px`);
    this.#root.style.setProperty("--screen-top", `${viewport.offsetTop}px`);
  }
}
