import { api, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import classes from "./composer.module.css";

interface Props {
  conversationId: string;
  identityId: number;
}

/** What the customer will find under the answer, so that nobody types it twice. */
export function SignatureLine({ conversationId, identityId }: Props) {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  const { data } = useQuery({
    queryKey: keys.signature(conversationId, identityId),
    queryFn: () => api.conversations.signature(conversationId, identityId),
    staleTime: 60_000,
  });
  const lines = data?.text.trim().split("\n") ?? [];
  if (!data || !lines[0]) return null;
  return (
    <div className={classes.signature}>
      <button
        type="button"
        className={classes.signatureText}
        aria-expanded={open}
        aria-label={t("signature.below")}
        onClick={() => setOpen((before) => !before)}
      >
        <span aria-hidden="true">-- </span>
        {open ? data.text : `${lines[0]}${lines.length > 1 ? " …" : ""}`}
      </button>
      {open && (
        <Link to={"/settings/writing" as never} className={classes.signatureLink}>
          {t("signature.change")}
        </Link>
      )}
    </div>
  );
}
