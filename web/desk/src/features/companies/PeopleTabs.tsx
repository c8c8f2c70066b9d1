import { useText } from "@damso/i18n";
import { Link } from "@tanstack/react-router";
import classes from "./companies.module.css";

/** Customers and the companies they belong to: two lists of one room. */
export function PeopleTabs({ at }: { at: "customers" | "companies" }) {
  const { t } = useText();
  return (
    <h1 className={classes.tabs}>
      <Link to="/customers" className={classes.tab} aria-current={at === "customers" ? "page" : undefined}>
        {t("room.customers")}
      </Link>
      <Link to="/companies" className={classes.tab} aria-current={at === "companies" ? "page" : undefined}>
        {t("room.companies")}
      </Link>
    </h1>
  );
}
