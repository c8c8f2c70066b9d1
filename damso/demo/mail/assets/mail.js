// Keeps the page fresh without touching what is being written, and copies one-time codes.
const box = document.body.dataset.box;
let version = document.body.dataset.version;

async function refresh() {
  if (document.hidden) return;
  const state = await fetch(`/demo/mail/api/${encodeURIComponent(box)}/state`).then((answer) => answer.json());
  if (state.version === version) return;
  const html = await fetch(location.href).then((answer) => answer.text());
  const fresh = new DOMParser().parseFromString(html, "text/html");
  version = fresh.body.dataset.version;
  replace("list", fresh);
  replace("boxes", fresh);
  for (const mail of fresh.querySelectorAll("#mails > .mail")) {
    if (!document.getElementById(mail.id)) document.getElementById("mails")?.append(document.adoptNode(mail));
  }
  fitFrames();
}

function replace(id, fresh) {
  const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
  if (!old || !now) return;
  const top = old.scrollTop;
  old.replaceWith(document.adoptNode(now));
  document.getElementById(id).scrollTop = top;
}

function fitFrames() {
  for (const frame of document.querySelectorAll("iframe.html")) {
    const fit = () => {
      const page = frame.contentDocument?.documentElement;
      if (page) frame.style.height = `${page.offsetHeight + 4}px`;
    };
    frame.addEventListener("load", fit);
    fit();
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const label = button.querySelector("small");
  const before = label.textContent;
  label.textContent = button.dataset.done;
  setTimeout(() => { label.textContent = before; }, 1500);
});

document.addEventListener("change", (event) => {
  if (event.target.type !== "file") return;
  event.target.closest("label").querySelector("output").textContent =
    [...event.target.files].map((file) => file.name).join(", ");
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) event.target.closest("form")?.requestSubmit();
});

document.addEventListener("toggle", fitFrames, true);
window.addEventListener("resize", fitFrames);
fitFrames();
document.querySelector(".mail:last-of-type")?.scrollIntoView({ block: "nearest" });
setInterval(() => refresh().catch(() => {}), 2000);
