import { useText } from "@damso/i18n";
import { Link } from "@tanstack/react-router";
import { useMay } from "../../app/useMe.ts";
import classes from "./companies.module.css";

/** Customers, the companies they belong to, and the segments they are in: lists of one room. */
export function PeopleTabs({ at }: { at: "customers" | "companies" | "segments" }) {
  const { t } = useText();
  const segments = useMay("segments.read");
  return (
    <h1 className={classes.tabs}>
      <Link to="/customers" className={classes.tab} aria-current={at === "customers" ? "page" : undefined}>
        {t("room.customers")}
      </Link>
      <Link to="/companies" className={classes.tab} aria-current={at === "companies" ? "page" : undefined}>
        {t("room.companies")}
      </Link>
      {segments && (
        <Link to="/segments" className={classes.tab} aria-current={at === "segments" ? "page" : undefined}>
          {t("room.segments")}
        </Link>
      )}
    </h1>
  );
}
