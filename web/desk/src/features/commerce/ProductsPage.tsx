import { api, keys, type ProductCard } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState } from "@damso/ui";
import { useDebouncedValue } from "@mantine/hooks";
import { IconBuildingStore, IconBuildingWarehouse, IconPackage } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useMay } from "../../app/useMe.ts";
import layout from "../customers/customers.module.css";
import { ProductPicture } from "../orders/ProductPicture.tsx";
import { CopyLine } from "../settings/CopyLine.tsx";
import classes from "./commerce.module.css";
import { Choice, ListPage, SearchBox, useRows } from "./ListPage.tsx";

/** What the company sells, and how many of it are where. */
export function ProductsPage() {
  const { t } = useText();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { q?: string; category?: string };
  const [text, setText] = useState(search.q ?? "");
  const [category, setCategory] = useState(search.category ?? "");
  const [q] = useDebouncedValue(text.trim(), 150);
  const { data: categories } = useQuery({ queryKey: keys.categories, queryFn: api.products.categories });
  const list = useRows<ProductCard>([...keys.productList(q, category), "pages"], (cursor, signal) =>
    api.products.list({ q: q || undefined, category: category || undefined, cursor }, signal),
  );
  const narrowed = q !== "" || category !== "";

  useEffect(() => {
    const given = { q: q || undefined, category: category || undefined };
    void navigate({ to: "/products", search: given, replace: true });
  }, [q, category, navigate]);

  return (
    <ListPage
      at="products"
      list={list}
      tools={
        <>
          <SearchBox label={t("products.search")} value={text} onChange={setText} />
          {categories && categories.length > 0 && (
            <Choice
              label={t("products.category")}
              data={[
                { value: "", label: t("products.allCategories") },
                ...categories.map((one) => ({ value: one, label: one })),
              ]}
              value={category}
              onChange={setCategory}
            />
          )}
        </>
      }
      empty={
        narrowed ? (
          <EmptyState icon={<IconPackage size={32} stroke={1.4} />} title={t("products.noMatch")}>
            {t("products.noMatchText")}
          </EmptyState>
        ) : (
          <FirstProducts />
        )
      }
      columns={[
        { label: t("products.product") },
        { label: t("products.category"), className: classes.short },
        { label: t("products.price"), className: layout.number },
        { label: t("products.stock"), className: classes.stock },
      ]}
      line={(row) => <ProductLine key={row.id} row={row} />}
    />
  );
}

function ProductLine({ row }: { row: ProductCard }) {
  const { t, format } = useText();
  const name = row.variant ? `${row.name} (${row.variant})` : row.name;
  return (
    <tr className={layout.row}>
      <td>
        <span className={layout.name}>
          <ProductPicture line={{ product_id: row.id, pictured: row.image_url !== "" }} size={36} />
          <span className={classes.what}>
            {row.url ? (
              <a data-walk className="cut" href={row.url} target="_blank" rel="noreferrer noopener">
                {name}
              </a>
            ) : (
              <span data-walk tabIndex={-1} className="cut">
                {name}
              </span>
            )}
            <span className="small muted cut">
              {[row.sku, row.maker, row.sold ? "" : t("products.notSold")].filter(Boolean).join(" · ")}
            </span>
          </span>
        </span>
      </td>
      <td className={`${classes.short} ${classes.second} muted`}>{row.category}</td>
      <td className={`${layout.number} ${classes.price} num`}>{row.price ? format.money(row.price) : ""}</td>
      <td className={classes.stock}>
        {row.places.length === 0 && <span className="small muted">{t("products.stockUnknown")}</span>}
        {row.places.map((at) => (
          <span key={at.place_id} className={classes.at} data-none={at.quantity === 0}>
            {at.kind === "shop" ? (
              <IconBuildingStore size={14} stroke={1.6} aria-hidden="true" />
            ) : (
              <IconBuildingWarehouse size={14} stroke={1.6} aria-hidden="true" />
            )}
            {at.place} <span className="num">{format.number(at.quantity)}</span>
          </span>
        ))}
      </td>
    </tr>
  );
}

/** How the first products get in. */
function FirstProducts() {
  const { t } = useText();
  const manages = useMay("commerce.manage");
  return (
    <EmptyState icon={<IconPackage size={32} stroke={1.4} />} title={t("products.emptyTitle")}>
      {t("products.emptyText")}
      {manages && (
        <span className={classes.teach}>
          <CopyLine label={t("products.byFile")} value="damso product import products.csv --dry-run" />
          <CopyLine
            label={t("products.byApi")}
            value={`curl -X PUT ${location.origin}/api/products -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" -d '[{"sku":"MUG-01","name":"Mug","price":16000,"currency":"KRW","version":1}]'`}
          />
        </span>
      )}
    </EmptyState>
  );
}
