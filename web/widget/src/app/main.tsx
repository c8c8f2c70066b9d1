import { render } from "preact";
import "./app.css";
import { post, received, type ToFrame, type ToHost } from "../bridge.ts";
import { Api } from "./api.ts";
import { Chat } from "./chat.ts";
import { systemClock } from "./clock.ts";
import type { Socket } from "./live.ts";
import { ChatWindow } from "./views/ChatWindow.tsx";

/**
 * The chat lives in an iframe that the loader makes as `…/widget/frame?inbox=KEY&origin=ORIGIN`. It listens to that
 * origin alone; whether that origin may embed the chat at all is the server's `frame-ancestors`.
 */
function boot(): void {
  const address = new URLSearchParams(location.search);
  const [inbox, origin] = [address.get("inbox"), address.get("origin")];
  const host = window.parent;
  if (!inbox || !origin || host === window) return;
  const tell = (message: ToHost) => post(host, origin, message);
  let chat: Chat | null = null;

  addEventListener("message", (event: MessageEvent<unknown>) => {
    const message = received<ToFrame>(event, host, origin);
    if (!message) return;
    if (message.type !== "init") return chat?.handle(message);
    if (chat) return;
    const api = new Api(new URL("v1/", location.href), inbox);
    const connect = (url: string) => new WebSocket(url) as unknown as Socket;
    const visible = () => document.visibilityState === "visible";
    chat = new Chat({ api, clock: systemClock, tell, connect, visible }, message);
    followNetwork(chat);
    render(<ChatWindow chat={chat} />, document.getElementById("app")!);
  });
  tell({ type: "ready" });
}

function followNetwork(chat: Chat): void {
  for (const name of ["online", "offline", "pageshow"]) addEventListener(name, () => chat.returned());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") chat.returned();
    else chat.keepDraft();
  });
}

boot();
