import type { SegmentPerson } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar } from "@damso/ui";
import { Link } from "@tanstack/react-router";
import { faceName } from "../../app/faceName.ts";
import { identityValue } from "../customers/identityText.ts";
import classes from "./segments.module.css";

/** A customer by face, name and first address. */
export function PersonLine({ person }: { person: SegmentPerson }) {
  const { t, format } = useText();
  const name = faceName({ id: person.customer_id, name: person.name }, t);
  const address = person.identities[0];
  return (
    <>
      <Avatar name={name} initials={person.initials} colour={person.colour} size={28} />
      <div className={classes.personBody}>
        <Link to="/customers/$customerId" params={{ customerId: person.customer_id }} className="cut">
          {name}
        </Link>
        {address && <div className="small muted cut">{identityValue(address, format, t)}</div>}
      </div>
    </>
  );
}
