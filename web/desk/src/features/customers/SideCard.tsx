import type { PreviewSide } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar } from "@damso/ui";
import { identityValue } from "./identityText.ts";
import classes from "./merge.module.css";

/** One customer of a preview: who, and how much hangs off them. */
export function SideCard({ side, mark }: { side: PreviewSide; mark?: string }) {
  const { t, format } = useText();
  const name = side.name || t("identity.unnamed");
  return (
    <article className={classes.side}>
      <header className={classes.sideHead}>
        <Avatar name={name} initials={side.initials} colour={side.colour} size={28} />
        <strong className="grow cut">{name}</strong>
        {mark && <span className={classes.mark}>{mark}</span>}
      </header>
      <ul className={classes.ways}>
        {side.identities.map((one) => (
          <li key={one.id} className="cut" title={identityValue(one, format, t)}>
            {identityValue(one, format, t)}
          </li>
        ))}
      </ul>
      <p className="small muted num">
        {t("identity.counts", {
          cases: String(side.conversations),
          messages: String(side.messages),
          traits: String(side.traits),
        })}
      </p>
    </article>
  );
}
