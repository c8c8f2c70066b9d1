import { api, type Brand, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { Avatar, toastError } from "@damso/ui";
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { messageOf } from "../../app/messageOf.ts";
import classes from "./settings.module.css";

/** The brand's picture; it takes effect at once. */
export function LogoField({ brand }: { brand: Brand }) {
  const { t } = useText();
  const client = useQueryClient();
  const picker = useRef<HTMLInputElement>(null);
  const change = useMutation({
    mutationFn: (file: File | null) =>
      file ? api.brands.setLogo(brand.id, file) : api.brands.removeLogo(brand.id),
    onSuccess: (after) =>
      client.setQueryData<Brand[]>(keys.brands, (all) =>
        all?.map((one) => (one.id === after.id ? after : one)),
      ),
    onError: (error) => toastError(messageOf(error, t)),
  });
  return (
    <div className={classes.field}>
      <span className={classes.fieldLabel}>{t("brand.logo")}</span>
      <div className={classes.actions}>
        {brand.logo_url ? (
          <img
            src={brand.logo_url}
            alt=""
            width={48}
            height={48}
            style={{ borderRadius: 12, objectFit: "cover" }}
          />
        ) : (
          <Avatar name={brand.name} size={48} />
        )}
        <input
          ref={picker}
          type="file"
          hidden
          accept="image/png,image/jpeg,image/gif,image/webp"
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file) change.mutate(file);
            event.target.value = "";
          }}
        />
        <Button loading={change.isPending} onClick={() => picker.current?.click()}>
          {t("brand.logoChoose")}
        </Button>
        {brand.logo_url && (
          <Button variant="subtle" onClick={() => change.mutate(null)}>
            {t("brand.logoRemove")}
          </Button>
        )}
      </div>
      <span className="small muted">{t("brand.logoHint")}</span>
    </div>
  );
}
