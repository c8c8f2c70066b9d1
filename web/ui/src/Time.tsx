import { useText } from "@damso/i18n";
import { useNow } from "./useNow.ts";

interface Props {
  at: string;
  /** How much to say; the full moment is always on hover. */
  as?: "brief" | "time" | "moment" | "span";
  className?: string;
}

export function Time({ at, as = "brief", className }: Props) {
  const { format } = useText();
  const now = useNow(as === "span");
  const text = as === "span" ? format.span(at, now) : format[as](at);
  return (
    <time dateTime={at} title={format.moment(at)} className={className ? `num ${className}` : "num"}>
      {text}
    </time>
  );
}
