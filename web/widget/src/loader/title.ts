/** Stands before our mark, so that a title which the shop itself begins with `(3) ` is left alone. */
const JOINER = "\u2060";
const MARK = /^\u2060\(\d+\) /;

export function markTitle(title: string, count: number): string {
  const plain = title.replace(MARK, "");
  return count > 0 ? `${JOINER}(${count}) ${plain}` : plain;
}

/** Shows the number of unread messages before the page's title while nobody looks at the page. */
export class UnreadTitle {
  #count = 0;

  constructor() {
    document.addEventListener("visibilitychange", () => this.#paint());
  }

  show(count: number): void {
    this.#count = count;
    this.#paint();
  }

  #paint(): void {
    const wanted = markTitle(document.title, document.hidden ? this.#count : 0);
    if (wanted !== document.title) document.title = wanted;
  }
}
