// The page of phones: whose, which chat, what stands there, and what they do.
import { bubbleRow, choice } from "./bubbles.js";
import { face, h, icon } from "./draw.js";
import { language, other, t, timeOf } from "./words.js";

const $ = (id) => document.getElementById(id);
const about = await fetch("/api/about").then((answer) => answer.json());
const seen = JSON.parse(localStorage.getItem("seen") ?? "{}");
const drawn = new Map();
let [person, chat] = location.hash.slice(1).split("/");
let phone;
let asking = new AbortController();

if (!about.people.some((one) => one.id === person)) person = about.people[0].id;

// --- Talking with the program

async function post(path, body, headers = { "content-type": "application/json" }) {
  const answer = await fetch(path, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}

async function act(what, more = {}) {
  try {
    await post("/api/acts", JSON.stringify({ person, chat: chat, act: { what, ...more } }));
  } catch {
    say("offline", t.failed);
  }
}

// Asks for news and waits for the answer; whoever looks elsewhere meanwhile asks anew.
async function follow() {
  for (;;) {
    const mine = asking;
    const query = new URLSearchParams({ person, ...(chat && { chat }), ...(phone && { after: phone.version }) });
    try {
      const answer = await fetch(`/api/phone?${query}`, { signal: mine.signal });
      if (answer.status === 404 && chat) {
        chat = "";
        continue;
      }
      phone = await answer.json();
      say("offline", "");
      if (mine === asking) show();
    } catch {
      if (mine !== asking) continue;
      say("offline", t.off);
      phone = undefined;
      await new Promise((wake) => setTimeout(wake, 1000));
    }
  }
}

function go(toPerson, toChat) {
  [person, chat] = [toPerson, toChat];
  phone = undefined;
  drawn.clear();
  $("bubbles").replaceChildren();
  asking.abort();
  asking = new AbortController();
}

// --- What is shown

function show() {
  const here = phone.chats.find((one) => one.id === chat) ?? phone.chats[0];
  if (!here) {
    say("offline", t.none);
    return;
  }
  chat = here.id;
  history.replaceState(null, "", `${location.search}#${person}/${chat}`);
  document.body.dataset.app = here.app;
  seen[`${person}/${chat}`] = here.said;
  localStorage.setItem("seen", JSON.stringify(seen));
  $("chat-title").textContent = here.title || here.name[language];
  $("chat-channel").textContent = here.name[language];
  $("clock").textContent = timeOf(new Date());
  showFaces();
  showDock();
  showMenu(here);
  showBubbles(here);
  showQuick(here);
  showMissed();
  showSwitches(here);
  $("typing").hidden = !here.says;
  $("attach").hidden = here.app === "sms";
}

function showFaces() {
  const faces = about.people.map((one) =>
    h(
      "button",
      { type: "button", class: "who", "aria-pressed": String(one.id === person), onclick: () => go(one.id, chat) },
      face(one.name),
      h("span", {}, h("b", {}, one.name), h("small", {}, one.phone.replace(/^\+82(\d\d)(\d{4})(\d{4})$/, "0$1-$2-$3"))),
    ),
  );
  keepFocus($("faces"), faces);
  for (const link of document.querySelectorAll("[data-desk]")) link.href = `${about.desk}/desk`;
  $("to-mail").hidden = !about.mail;
  $("to-mail").href = mailbox();
}

const mailbox = () => `${about.mail}?box=${encodeURIComponent(about.people.find((one) => one.id === person).mailbox)}`;

function showDock() {
  const apps = phone.chats.map((one) => {
    const unread = Math.max(0, one.said - (seen[`${person}/${one.id}`] ?? 0));
    return h(
      "button",
      { type: "button", class: `app ${one.app}`, "aria-current": one.id === chat && "page", onclick: () => go(person, one.id) },
      h("span", { class: "app-icon" }, icon(one.id === "alimtalk" ? "alimtalk" : one.app), unread > 0 && h("span", { class: "badge" }, h("span", { "aria-hidden": "true" }, String(unread)), h("span", { class: "unseen" }, t.unread(unread)))),
      h("span", { class: "app-name" }, one.name[language]),
    );
  });
  if (about.mail) {
    apps.push(
      h("a", { class: "app mail", href: mailbox(), target: "damso-mail" }, h("span", { class: "app-icon" }, icon("mail")), h("span", { class: "app-name" }, t.mail)),
    );
  }
  keepFocus($("dock"), apps);
}

function showMenu(here) {
  const acts = here.says ? (t.acts[here.channel] ?? t.acts.other) : {};
  const items = Object.entries(acts).map(([what, label]) =>
    h("button", { type: "button", onclick: () => { $("menu").hidePopover(); act(what); } }, label),
  );
  if (!$("menu").matches(":popover-open")) $("menu").replaceChildren(...items);
  $("menu-button").hidden = items.length === 0;
}

// Only what is new or has changed is drawn, so that a screen reader hears new bubbles and nothing twice.
function showBubbles(here) {
  const screen = $("screen");
  const atEnd = drawn.size === 0 || screen.scrollHeight - screen.scrollTop - screen.clientHeight < 80;
  const list = $("bubbles");
  phone.bubbles.forEach((bubble, at) => {
    const around = placeOf(phone.bubbles, at, here.title || t.company);
    const key = JSON.stringify([bubble, around]);
    const old = drawn.get(bubble.id);
    if (old?.key === key) return;
    const nodes = bubbleRow(bubble, around, (button) => act("presses", { button }), local);
    if (old) {
      old.nodes[0].before(...nodes);
      for (const node of old.nodes) node.remove();
    } else list.append(...nodes);
    for (const picture of nodes.flatMap((node) => [...node.querySelectorAll("img")])) {
      picture.addEventListener("load", () => atEnd && screen.scrollTo(0, screen.scrollHeight));
    }
    drawn.set(bubble.id, { key, nodes });
  });
  showEmpty(here);
  if (atEnd) screen.scrollTo(0, screen.scrollHeight);
}

function placeOf(bubbles, at, title) {
  const [before, one, after] = [bubbles[at - 1], bubbles[at], bubbles[at + 1]];
  const minute = (bubble) => bubble && bubble.side + bubble.at.slice(0, 16);
  const newDay = !before || new Date(before.at).toDateString() !== new Date(one.at).toDateString();
  return { title, newDay, first: newDay || before.side !== one.side, last: minute(after) !== minute(one) };
}

function showEmpty(here) {
  const unconnected = here.title === "";
  const box = $("unconnected");
  box.hidden = !unconnected && phone.bubbles.length > 0;
  if (unconnected) {
    const values = Object.entries(phone.config).filter(([, value]) => value !== "" && value !== null);
    const rows = values.map(([name, value]) => [h("dt", {}, name), h("dd", {}, typeof value === "string" ? value : JSON.stringify(value))]);
    box.replaceChildren(
      h("p", {}, h("b", {}, t.unconnected)),
      h("p", {}, t.unconnectedHint),
      h("details", {}, h("summary", {}, t.settings), h("dl", {}, rows.flat())),
    );
  } else box.replaceChildren(h("p", {}, h("b", {}, t.empty)), h("p", {}, here.says ? t.emptySay : t.emptyRead));
}

// Choices that go away with the next word stand above the typing field; those of a card stand on it.
function showQuick(here) {
  const last = phone.bubbles.filter((bubble) => bubble.side !== "notice").at(-1);
  const onCard = new Set(buttonsOn(last?.content).map((one) => JSON.stringify(one)));
  const free = last?.side === "company" && here.says ? last.buttons.filter((one) => !onCard.has(JSON.stringify(one))) : [];
  $("quick").hidden = free.length === 0;
  keepFocus($("quick"), free.map((one) => choice(one, (button) => act("presses", { button }))));
}

const buttonsOn = (content) => (content?.kind === "carousel" ? content.cards.flatMap((card) => card.buttons) : (content?.buttons ?? []));

function showMissed() {
  const why = { unreachable: t.unreachable, unconnected: t.unconnectedWhy }[phone.missed.at(-1)] ?? phone.missed.at(-1);
  const box = $("missed");
  box.hidden = phone.missed.length === 0;
  if (box.hidden || box.dataset.key === JSON.stringify(phone.missed)) return;
  box.dataset.key = JSON.stringify(phone.missed);
  const again = () => post("/api/again", JSON.stringify({ chat })).catch(() => say("offline", t.failed));
  box.replaceChildren(h("span", {}, t.missed(phone.missed.length, why)), h("button", { type: "button", onclick: again }, t.again));
}

function showSwitches(here) {
  $("trouble-lead").textContent = t.troubleLead(here.name[language]);
  const on = new Set(phone.switches);
  const toggle = (id, wanted) => {
    wanted ? on.add(id) : on.delete(id);
    post("/api/switches", JSON.stringify({ chat, switches: [...on] })).catch(() => say("offline", t.failed));
  };
  const rows = about.switches.map((one) =>
    h(
      "label",
      { class: "switch" },
      h("input", { type: "checkbox", role: "switch", checked: on.has(one.id), onchange: (event) => toggle(one.id, event.target.checked), "aria-describedby": `about-${one.id}` }),
      h("span", {}, h("b", {}, one.name[language]), h("small", { id: `about-${one.id}` }, one.meaning[language])),
    ),
  );
  keepFocus($("switches"), rows);
  document.body.classList.toggle("in-trouble", on.size > 0);
}

// Replaces what a box holds; whoever stood on its third control still does.
function keepFocus(box, nodes) {
  const controls = () => [...box.querySelectorAll("a, button, input")];
  const stood = controls().indexOf(document.activeElement);
  box.replaceChildren(...nodes);
  if (stood >= 0) controls()[stood]?.focus();
}

function say(id, text) {
  $(id).hidden = text === "";
  $(id).textContent = text;
}

// A picture at a provider lies in its double; one that the company lends is fetched as the provider would.
function local(address) {
  if (!/^https?:/.test(address)) return address;
  const url = new URL(address);
  if (about.hosts.includes(url.hostname)) return `/at/${url.hostname}${url.pathname}`;
  return url.pathname.startsWith("/lent/") ? url.pathname : address;
}

// --- What the customer does

const field = $("text");

function fit() {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 120)}px`;
  $("send").disabled = field.value.trim() === "";
}

$("typing").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (text === "") return;
  field.value = "";
  fit();
  field.focus();
  act("says", { text });
});

field.addEventListener("input", fit);
field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("typing").requestSubmit();
});

$("picture").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  event.target.value = "";
  if (!file) return;
  try {
    const answer = await post(`/api/pictures?${new URLSearchParams({ chat })}`, file, { "content-type": file.type });
    await act("pictures", { picture: (await answer.json()).address });
  } catch {
    say("offline", t.failed);
  }
});

$("language").addEventListener("click", () => {
  localStorage.setItem("language", other);
  location.search = "";
});

function openSwitches(open) {
  document.body.classList.toggle("switching", open);
  $("open-switches").setAttribute("aria-expanded", String(open));
  (open ? $("close-switches") : $("open-switches")).focus();
}
$("open-switches").addEventListener("click", () => openSwitches(true));
$("close-switches").addEventListener("click", () => openSwitches(false));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.body.classList.contains("switching")) openSwitches(false);
});

// --- Beginning

document.documentElement.lang = language;
document.title = t.title;
for (const node of document.querySelectorAll("[data-t]")) node.textContent = t[node.dataset.t];
for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t[node.dataset.label]);
for (const node of document.querySelectorAll("[data-title]")) node.title = t[node.dataset.title];
for (const node of document.querySelectorAll("[data-hint]")) node.placeholder = t[node.dataset.hint];
$("menu-button").append(icon("menu"));
$("open-switches").append(icon("trouble"));
$("send").append(icon("send"));
$("attach").append(icon("picture"));
$("close-switches").append(icon("close"));
fit();
document.body.hidden = false;
follow();
