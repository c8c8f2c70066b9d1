// Small hands for making elements.
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return node;
}

const SHAPES = {
  kakao: '<path d="M12 5c-4.4 0-8 2.7-8 6.1 0 2.2 1.5 4.1 3.700 5.200l-.7 2.900 3.300-2.200c.6.1 1.100.1 1.700.1 4.400 0 8-2.700 8-6.100S16.400 5 12 5z" fill="currentColor"/>',
  alimtalk: '<path d="M12 4.500a5 5 0 0 0-5 5v3.400L5.400 15.600h13.200L17 12.900V9.500a5 5 0 0 0-5-5z" fill="currentColor"/><path d="M10 17.500a2 2 0 0 0 4 0" fill="none" stroke="currentColor" stroke-width="1.700" stroke-linecap="round"/>',
  talktalk: '<path d="M4 5.500h16v10.500H13l-4 3.500V16H4z" fill="currentColor"/><path d="M8.500 10.700h.01M12 10.700h.01M15.500 10.700h.01" stroke="var(--hole)" stroke-width="2.200" stroke-linecap="round"/>',
  sms: '<path d="M5 5h14a1.500 1.500 0 0 1 1.500 1.500v8A1.500 1.500 0 0 1 19 16h-7l-4.500 3.500V16H5a1.500 1.500 0 0 1-1.500-1.500v-8A1.500 1.500 0 0 1 5 5z" fill="currentColor"/><path d="M7.500 9h9M7.500 12h5.500" stroke="var(--hole)" stroke-width="1.600" stroke-linecap="round"/>',
  mail: '<rect x="3.500" y="6" width="17" height="12.500" rx="2" fill="currentColor"/><path d="m5 8 7 5.500L19 8" fill="none" stroke="var(--hole)" stroke-width="1.600" stroke-linecap="round" stroke-linejoin="round"/>',
  other: '<circle cx="12" cy="12" r="7.500" fill="currentColor"/>',
  menu: '<path d="M6 12h.01M12 12h.01M18 12h.01" stroke="currentColor" stroke-width="2.400" stroke-linecap="round"/>',
  trouble: '<path d="M13 3.500 6 13.500h5l-1 7 7.500-10.500h-5z" fill="none" stroke="currentColor" stroke-width="1.800" stroke-linejoin="round"/>',
  send: '<path d="M12 18.500V6M6.500 11.200 12 5.700l5.500 5.500" fill="none" stroke="currentColor" stroke-width="2.200" stroke-linecap="round" stroke-linejoin="round"/>',
  picture: '<rect x="4" y="5" width="16" height="14" rx="2.500" fill="none" stroke="currentColor" stroke-width="1.700"/><circle cx="9" cy="10" r="1.500" fill="currentColor"/><path d="m5 17 4.500-4 3 2.500 3-3L19 16" fill="none" stroke="currentColor" stroke-width="1.700" stroke-linejoin="round"/>',
  close: '<path d="m7 7 10 10M17 7 7 17" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>',
};

export function icon(name) {
  const holder = document.createElement("template");
  holder.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true">${SHAPES[name] ?? SHAPES.other}</svg>`;
  return holder.content.firstElementChild;
}

// Initials; of a Korean name the given name says more.
export function face(name) {
  const letters = /^[가-힣]{2,3}$/.test(name) ? name.slice(1) : name.slice(0, 1).toUpperCase();
  return h("span", { class: "face", "aria-hidden": "true" }, letters);
}
