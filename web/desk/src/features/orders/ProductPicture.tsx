import { api } from "@damso/api";
import { IconPackage } from "@tabler/icons-react";
import { useState } from "react";
import classes from "./orders.module.css";

interface Props {
  line: { product_id: string | null; pictured: boolean } | undefined;
  size?: number;
}

/** A product's picture out of the catalogue; a box where it has none, or its shop does not give it. */
export function ProductPicture({ line, size = 32 }: Props) {
  const [failed, setFailed] = useState(false);
  const pictured = line?.product_id && line.pictured && !failed;
  return (
    <span className={classes.picture} style={{ width: size, height: size }} aria-hidden="true">
      {pictured ? (
        <img
          src={api.orders.pictureUrl(line.product_id ?? "")}
          alt=""
          width={size}
          height={size}
          loading="lazy"
          onError={() => setFailed(true)}
        />
      ) : (
        <IconPackage size={size / 2} stroke={1.5} />
      )}
    </span>
  );
}
