"""What analysts see of the catalogue, in the lake. Nobody's data."""

from collections.abc import Sequence

from damso.kernel.dimensions import Column, Dimension
from damso.kernel.i18n import Text

PRODUCT = Dimension(
    name="product",
    title=Text("상품", "Products"),
    table="product",
    person=None,
    columns=(
        Column("id", "id", Text("상품 번호.", "Id of the product.")),
        Column("sku", "text", Text("SKU. 이벤트의 sku와 같아요.", "SKU, as events name it in sku.")),
        Column(
            "product_id",
            "text",
            Text(
                "상점의 상품 번호. 이벤트의 product_id와 같아요.", "The shop's number, as events name it in product_id."
            ),
            sql="product_key",
        ),
        Column("variant", "text", Text("옵션.", "Variant.")),
        Column("name", "text", Text("이름.", "Name.")),
        Column("maker", "text", Text("브랜드.", "Brand.")),
        Column("category", "text", Text("분류.", "Category.")),
        Column(
            "price",
            "number",
            Text(
                "값. 통화의 가장 작은 단위예요. 모르면 비어 있어요.",
                "Price in minor units of the currency; empty where nobody told.",
            ),
        ),
        Column("currency", "text", Text("통화(ISO 4217).", "Currency (ISO 4217).")),
        Column("url", "text", Text("상품 페이지 주소.", "Address of its page.")),
        Column("image_url", "text", Text("사진 주소.", "Address of its picture.")),
        Column("sold", "yes_no", Text("지금 파는지.", "Whether it is sold now.")),
        Column("changed_at", "moment", Text("마지막으로 바뀐 시각.", "When it changed last.")),
    ),
)

STOCK = Dimension(
    name="stock",
    title=Text("재고", "Stock by place"),
    table="stock",
    person=None,
    columns=(
        Column("product_id", "id", Text("상품. product.id", "The product: product.id.")),
        Column("place_id", "id", Text("매장이나 창고. place.id", "The shop or warehouse: place.id.")),
        Column("quantity", "number", Text("몇 개인지.", "How many.")),
        Column("changed_at", "moment", Text("언제부터인지.", "Since when.")),
    ),
)

PLACE = Dimension(
    name="place",
    title=Text("매장과 창고", "Shops and warehouses"),
    table="place",
    person=None,
    columns=(
        Column("id", "id", Text("번호.", "Id.")),
        Column("key", "text", Text("회사 시스템의 이름표.", "What your own systems call it.")),
        Column("name", "text", Text("이름.", "Name.")),
        Column("kind", "text", Text("shop 또는 warehouse.", "shop or warehouse.")),
    ),
)

DIMENSIONS: Sequence[Dimension] = (PRODUCT, STOCK, PLACE)
