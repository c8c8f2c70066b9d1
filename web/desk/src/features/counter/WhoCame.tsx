import { ApiError, api, type CounterShop, type CounterVisit } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";
import { Button, TextInput } from "@mantine/core";
import { IconPhone, IconQrcode } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import classes from "./counter.module.css";

/** Where a scanner types the customer's code, or somebody the number they were told. */
export function WhoCame({ shop, onCame }: { shop: CounterShop; onCame: (visit: CounterVisit) => void }) {
  const { t } = useText();
  const [typed, setTyped] = useState("");
  const box = useRef<HTMLInputElement>(null);
  // The same try again, after an answer that was lost, is the same visit; after a refusal it is a new one.
  const key = useRef(crypto.randomUUID());
  const came = useMutation({
    mutationFn: (given: string) =>
      api.counter.visit({
        key: key.current,
        place: shop.key,
        ...(isPhone(given) ? { phone: given } : { code: given }),
      }),
    onSuccess: onCame,
    onError: (error) => {
      if (error instanceof ApiError && error.status < 500) key.current = crypto.randomUUID();
      box.current?.select();
    },
  });
  const given = typed.trim();
  return (
    <form
      className={classes.who}
      onSubmit={(event) => {
        event.preventDefault();
        if (given) came.mutate(given);
      }}
    >
      <h2 className={classes.shopName}>{shop.name}</h2>
      <TextInput
        ref={box}
        size="lg"
        autoFocus
        autoComplete="off"
        label={t("counter.who")}
        description={t("counter.whoHint")}
        leftSection={
          isPhone(given) ? <IconPhone size={20} stroke={1.6} /> : <IconQrcode size={20} stroke={1.6} />
        }
        value={typed}
        maxLength={500}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {came.error && <Notice tone="danger">{messageOf(came.error, t)}</Notice>}
      <Button type="submit" variant="filled" size="md" disabled={!given} loading={came.isPending}>
        {t("counter.find")}
      </Button>
      <p className="small muted">{t("counter.proof")}</p>
    </form>
  );
}

function isPhone(given: string): boolean {
  return /^[+\d][\d\s().-]*$/.test(given);
}
