import { api, keys, type ProductCard } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, Notice, Skeleton } from "@damso/ui";
import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconBuildingStore, IconBuildingWarehouse, IconPackage, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useKeys } from "../../app/useKeys.ts";
import { useMay } from "../../app/useMe.ts";
import layout from "../customers/customers.module.css";
import { ProductPicture } from "../orders/ProductPicture.tsx";
import { CopyLine } from "../settings/CopyLine.tsx";
import { CommerceTabs } from "./CommerceTabs.tsx";
import classes from "./commerce.module.css";
import { useRowWalk } from "./useRowWalk.ts";

/** What the company sells, and how many of it are where. */
export function ProductsPage() {
  const { t } = useText();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { q?: string; category?: string };
  const [text, setText] = useState(search.q ?? "");
  const [category, setCategory] = useState(search.category ?? "");
  const [q] = useDebouncedValue(text.trim(), 150);
  const box = useRef<HTMLInputElement>(null);
  const body = useRowWalk();
  const { data: categories } = useQuery({ queryKey: keys.categories, queryFn: api.products.categories });
  const query = useInfiniteQuery({
    queryKey: [...keys.productList(q, category), "pages"],
    queryFn: ({ pageParam, signal }) =>
      api.products.list({ q: q || undefined, category: category || undefined, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const narrowed = q !== "" || category !== "";

  useEffect(() => {
    const given = { q: q || undefined, category: category || undefined };
    void navigate({ to: "/products", search: given, replace: true });
  }, [q, category, navigate]);
  useKeys({ search: () => box.current?.focus() });

  return (
    <div className={layout.page}>
      <header className={layout.head}>
        <CommerceTabs at="products" />
        <TextInput
          ref={box}
          className={layout.search}
          aria-label={t("products.search")}
          placeholder={t("products.search")}
          leftSection={<IconSearch size={16} stroke={1.6} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
        {categories && categories.length > 0 && (
          <Select
            className={classes.filter}
            aria-label={t("products.category")}
            data={[
              { value: "", label: t("products.allCategories") },
              ...categories.map((one) => ({ value: one, label: one })),
            ]}
            value={category}
            allowDeselect={false}
            onChange={(value) => setCategory(value ?? "")}
          />
        )}
      </header>
      <div className={layout.scroll}>
        {query.isPending && <Skeleton label={t("state.loading")} rows={10} />}
        {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
        {query.isSuccess && rows.length === 0 && narrowed && (
          <EmptyState icon={<IconPackage size={32} stroke={1.4} />} title={t("products.noMatch")}>
            {t("products.noMatchText")}
          </EmptyState>
        )}
        {query.isSuccess && rows.length === 0 && !narrowed && <FirstProducts />}
        {rows.length > 0 && (
          <table className={`${layout.table} ${classes.table}`}>
            <thead>
              <tr>
                <th scope="col">{t("products.product")}</th>
                <th scope="col" className={classes.short}>
                  {t("products.category")}
                </th>
                <th scope="col" className={layout.number}>
                  {t("products.price")}
                </th>
                <th scope="col" className={classes.stock}>
                  {t("products.stock")}
                </th>
              </tr>
            </thead>
            <tbody ref={body}>
              {rows.map((row) => (
                <ProductLine key={row.id} row={row} />
              ))}
            </tbody>
          </table>
        )}
        {query.hasNextPage && (
          <div className={layout.more}>
            <Button variant="subtle" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
              {t("action.more")}
            </Button>
          </div>
        )}
      </div>
    </div>
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
