import type { OrderView } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconPackageImport } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import { orderReturnsQuery } from "./queries.ts";
import { ReturnCard } from "./ReturnCard.tsx";
import { ReturnForm } from "./ReturnForm.tsx";
import classes from "./returns.module.css";

/** The returns of an order, and how to open one. */
export function OrderReturns({
  order,
  conversationId,
}: {
  order: OrderView;
  conversationId?: string | undefined;
}) {
  const { t } = useText();
  const acts = useMay("commerce.returns");
  const { data, error } = useQuery(orderReturnsQuery(order.id));
  const [asking, setAsking] = useState(false);
  const open = new Map(data?.open.map((one) => [one.line, one.quantity]));
  const some = [...open.values()].some((count) => count > 0);
  return (
    <section className={classes.returns} aria-label={t("room.returns")}>
      {error && <Notice tone="danger">{messageOf(error, t)}</Notice>}
      {data?.returns.map((one) => (
        <ReturnCard key={one.id} one={one} />
      ))}
      {asking && (
        <ReturnForm
          order={order}
          open={open}
          conversationId={conversationId}
          onClose={() => setAsking(false)}
        />
      )}
      {acts && some && !asking && (
        <Button
          variant="default"
          leftSection={<IconPackageImport size={16} stroke={1.8} />}
          onClick={() => setAsking(true)}
        >
          {t("return.begin")}
        </Button>
      )}
    </section>
  );
}
