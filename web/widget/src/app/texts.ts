import type { Locale } from "../bridge.ts";
import { textsEn } from "../texts.en.ts";
import { type Texts, textsKo } from "../texts.ko.ts";

export type { Emoji, Texts } from "../texts.ko.ts";

export const texts: Record<Locale, Texts> = { ko: textsKo, en: textsEn };

/** What another channel is called beside a message that came or went over it. */
export function channelName(channel: string, words: Texts): string {
  return channel in words.channels ? words.channels[channel as keyof Texts["channels"]] : words.otherChannel;
}
