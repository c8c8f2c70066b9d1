import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Chat } from "../chat.ts";
import type { ChatState } from "../state.ts";
import type { Texts } from "../texts.ts";

export interface ChatContext {
  chat: Chat;
  state: ChatState;
  words: Texts;
}

export const Context = createContext<ChatContext | null>(null);

export function useChat(): ChatContext {
  const context = useContext(Context);
  if (!context) throw new Error("useChat outside the chat");
  return context;
}
