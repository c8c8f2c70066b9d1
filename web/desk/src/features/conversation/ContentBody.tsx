import type { Content, ContentButton } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconExternalLink, IconMapPin, IconPhone, IconTicket, IconUser } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./content.module.css";

/** What a message holds besides text and files, as the customer has it before them. Nothing in it can be pressed to
 * act for the customer; links open elsewhere. Pictures of strangers' servers are not loaded: they would tell who reads. */
export function ContentBody({ content }: { content: Content }) {
  const { format } = useText();
  switch (content.kind) {
    case "buttons":
    case "template":
      return <Buttons buttons={content.buttons ?? []} />;
    case "card":
      return (
        <Card title={content.title} buttons={content.buttons}>
          {content.text}
        </Card>
      );
    case "product":
      return (
        <Card title={content.name} buttons={content.buttons} url={content.url}>
          <span className="bold">{content.price}</span>{" "}
          {content.regular_price && <s className="faint">{content.regular_price}</s>}
        </Card>
      );
    case "list":
      return (
        <Card title={content.title} buttons={content.buttons}>
          <ul className={classes.rows}>
            {content.rows.map((row, index) => (
              <li key={index}>
                <Titled title={row.title} url={row.url} />
                {row.text && <span className="small muted">{row.text}</span>}
              </li>
            ))}
          </ul>
        </Card>
      );
    case "carousel":
      return (
        <div className={classes.carousel}>
          {content.cards.map((card, index) => (
            <ContentBody key={index} content={card} />
          ))}
        </div>
      );
    case "location":
      return (
        <Card
          icon={<IconMapPin size={16} stroke={1.6} aria-hidden="true" />}
          title={content.name || (content.address ?? "")}
          url={`https://www.openstreetmap.org/?mlat=${content.latitude}&mlon=${content.longitude}#map=17/${content.latitude}/${content.longitude}`}
        >
          {content.name && content.address}
        </Card>
      );
    case "contact":
      return (
        <Card icon={<IconUser size={16} stroke={1.6} aria-hidden="true" />} title={content.name}>
          {[...(content.phones ?? []), ...(content.emails ?? [])].join(" · ")}
        </Card>
      );
    case "sticker":
      return content.name ? <span className="small muted">({content.name})</span> : null;
    case "pass":
      return (
        <Card
          icon={<IconTicket size={16} stroke={1.6} aria-hidden="true" />}
          title={content.title}
          url={content.url}
        >
          <span className={`${classes.code} num`}>{content.code}</span>
          {content.facts?.map((fact, index) => (
            <span key={index} className="small muted">
              {fact.label} {fact.value}
            </span>
          ))}
          {content.valid_until && <span className="small muted">~ {format.moment(content.valid_until)}</span>}
        </Card>
      );
  }
}

interface CardProps {
  title: string;
  icon?: ReactNode;
  url?: string | undefined;
  buttons?: ContentButton[];
  children?: ReactNode;
}

function Card({ title, icon, url, buttons = [], children }: CardProps) {
  return (
    <div className={classes.card}>
      <span className={classes.title}>
        {icon}
        <Titled title={title} url={url} />
      </span>
      {children && <div className={classes.body}>{children}</div>}
      <Buttons buttons={buttons} />
    </div>
  );
}

function Titled({ title, url }: { title: string; url?: string | undefined }) {
  if (!url || !/^https?:\/\//.test(url)) return <span className="bold">{title}</span>;
  return (
    <a href={url} target="_blank" rel="noreferrer noopener" className={classes.link}>
      {title} <IconExternalLink size={13} stroke={1.6} aria-hidden="true" />
    </a>
  );
}

function Buttons({ buttons }: { buttons: ContentButton[] }) {
  const { t } = useText();
  if (buttons.length === 0) return null;
  return (
    <ul className={classes.buttons} aria-label={t("content.buttons")}>
      {buttons.map((button, index) => (
        <li
          key={index}
          className={classes.button}
          title={button.action === "reply" ? undefined : button.value}
        >
          {button.action === "link" && <IconExternalLink size={13} stroke={1.6} aria-hidden="true" />}
          {button.action === "call" && <IconPhone size={13} stroke={1.6} aria-hidden="true" />}
          {button.label}
        </li>
      ))}
    </ul>
  );
}
