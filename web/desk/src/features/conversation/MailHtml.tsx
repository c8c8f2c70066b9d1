import { useText } from "@damso/i18n";
import { IconPhotoOff } from "@tabler/icons-react";
import { useRef, useState } from "react";
import classes from "./thread.module.css";

const LEAST = 80;
const FIXED = 480;

/**
 * A mail as it was sent. It comes sanitised and lives in a frame that runs no scripts, sends no forms and may not
 * move the page; pictures from elsewhere (which tell the sender that it was read) only when the agent asks.
 */
export function MailHtml({ url, title }: { url: string; title: string }) {
  const { t } = useText();
  const frame = useRef<HTMLIFrameElement>(null);
  const [images, setImages] = useState(false);
  const [height, setHeight] = useState(LEAST);

  const measure = () => {
    const page = frame.current?.contentDocument;
    if (!page?.body) {
      // Its own policy keeps us out: then it scrolls inside.
      setHeight(FIXED);
      return;
    }
    const fit = () => setHeight(Math.max(LEAST, page.documentElement.scrollHeight));
    fit();
    new ResizeObserver(fit).observe(page.body);
  };

  return (
    <>
      {!images && (
        <div className={classes.images}>
          <IconPhotoOff size={14} stroke={1.6} aria-hidden="true" />
          <span>{t("mail.imagesOff")}</span>
          <button type="button" className={classes.quietOpen} onClick={() => setImages(true)}>
            {t("mail.imagesShow")}
          </button>
        </div>
      )}
      <iframe
        ref={frame}
        title={title}
        className={classes.html}
        style={{ height }}
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
        referrerPolicy="no-referrer"
        src={images ? withImages(url) : url}
        onLoad={measure}
      />
    </>
  );
}

function withImages(url: string): string {
  return `${url}${url.includes("?") ? "&" : "?"}images=1`;
}
