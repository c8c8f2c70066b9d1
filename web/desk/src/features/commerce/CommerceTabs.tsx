import { useText } from "@damso/i18n";
import { Link } from "@tanstack/react-router";
import { useMay } from "../../app/useMe.ts";
import classes from "../companies/companies.module.css";

const TABS = ["orders", "returns", "products", "counter"] as const;

/** Orders, what comes back of them, what is sold, and the shop's counter: lists of one room. */
export function CommerceTabs({ at }: { at: (typeof TABS)[number] }) {
  const { t } = useText();
  const customers = useMay("customers.read");
  const counter = useMay("commerce.counter");
  const shown = { orders: customers, returns: customers, products: true, counter };
  return (
    <h1 className={classes.tabs}>
      {TABS.filter((tab) => shown[tab]).map((tab) => (
        <Link key={tab} to={`/${tab}`} className={classes.tab} aria-current={at === tab ? "page" : undefined}>
          {t(`room.${tab}`)}
        </Link>
      ))}
    </h1>
  );
}
