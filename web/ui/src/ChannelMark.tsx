import {
  IconBrandInstagram,
  IconBrandLine,
  IconBrandWhatsapp,
  IconDeviceMobileMessage,
  IconMail,
  IconMessage2,
  IconMessageChatbot,
  IconMessageCircle,
  IconMessages,
  IconPhone,
  IconPlug,
} from "@tabler/icons-react";
import classes from "./parts.module.css";

const MARKS: Record<string, typeof IconMail> = {
  chat: IconMessageCircle,
  email: IconMail,
  api: IconPlug,
  phone: IconPhone,
  sms: IconDeviceMobileMessage,
  kakao: IconMessageChatbot,
  kakao_consult: IconMessage2,
  talktalk: IconMessages,
  instagram: IconBrandInstagram,
  whatsapp: IconBrandWhatsapp,
  line: IconBrandLine,
};

interface Props {
  channel: string;
  /** Said to screen readers; leave out where the channel's name stands beside the mark. */
  label?: string;
  size?: number;
}

/** The small mark of a channel. A channel that the desk has no picture for gets the plug of "some system". */
export function ChannelMark({ channel, label, size = 14 }: Props) {
  const Mark = MARKS[channel] ?? IconPlug;
  return (
    <span className={classes.mark} title={label}>
      <Mark size={size} stroke={1.6} aria-hidden="true" />
      {label && <span className="sr-only">{label}</span>}
    </span>
  );
}
