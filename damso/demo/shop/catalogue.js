// The shelf of a shop that does not exist. Prices in won.
export const products = [
  {
    id: "moon-lamp",
    price: 68000,
    name: { ko: "보름달 무드등", en: "Full moon lamp" },
    line: { ko: "손끝으로 밝히는 작은 달", en: "A small moon that wakes at a touch" },
    about: {
      ko: "종이처럼 얇은 도자 갓 안에 따뜻한 빛을 담았어요. 살짝 두드리면 세 단계로 밝기가 바뀌고, 한 번 충전하면 여덟 밤을 함께해요.",
      en: "Warm light inside a shade of porcelain as thin as paper. Tap it for three levels of brightness; one charge lasts eight nights.",
    },
    facts: {
      ko: ["지름 16 cm, 호두나무 받침", "USB-C 충전, 1일 8시간 기준 8일", "2일 안에 발송"],
      en: ["16 cm across, on a walnut base", "USB-C, eight days at eight hours a day", "Ships within 2 days"],
    },
  },
  {
    id: "dawn-cup",
    price: 24000,
    name: { ko: "새벽 도자 컵", en: "Dawn cup" },
    line: { ko: "하늘빛이 번지는 유약", en: "A glaze that fades like the sky" },
    about: {
      ko: "푸른 유약이 살굿빛으로 번지는 동안 가마의 불이 무늬를 그려요. 그래서 같은 컵이 하나도 없어요.",
      en: "Blue glaze runs into apricot while the kiln draws the pattern, so no two cups are the same.",
    },
    facts: {
      ko: ["280 ml, 전자레인지 사용 가능", "식기세척기는 피해 주세요", "2일 안에 발송"],
      en: ["280 ml, fine in the microwave", "Please keep it out of the dishwasher", "Ships within 2 days"],
    },
  },
  {
    id: "linen-throw",
    price: 52000,
    name: { ko: "리넨 무릎담요", en: "Linen throw" },
    line: { ko: "빨수록 부드러워지는 결", en: "Softer with every wash" },
    about: {
      ko: "굵은 리넨 실로 느슨하게 짜서 가볍고 포근해요. 소파 위에도, 창가 의자에도 잘 어울려요.",
      en: "Loosely woven from thick linen yarn: light, warm, at home on a sofa or a chair by the window.",
    },
    facts: {
      ko: ["120 × 160 cm", "리넨 100%, 찬물 세탁", "3일 안에 발송"],
      en: ["120 × 160 cm", "100% linen, wash cold", "Ships within 3 days"],
    },
  },
  {
    id: "pine-incense",
    price: 19000,
    name: { ko: "솔향 인센스 세트", en: "Pine incense set" },
    line: { ko: "비 갠 숲의 저녁", en: "A forest evening after rain" },
    about: {
      ko: "솔잎과 삼나무를 곱게 갈아 빚은 향 서른 개와, 강가의 돌을 닮은 받침이에요. 한 개가 이십오 분 동안 타요.",
      en: "Thirty sticks of ground pine needle and cedar, with a holder like a river stone. Each burns for twenty-five minutes.",
    },
    facts: {
      ko: ["향 30개, 도자 받침 1개", "개봉 뒤에는 교환이 어려워요", "2일 안에 발송"],
      en: ["30 sticks and a ceramic holder", "No exchange once opened", "Ships within 2 days"],
    },
  },
  {
    id: "quiet-clock",
    price: 74000,
    name: { ko: "고요 벽시계", en: "Quiet clock" },
    line: { ko: "초침 소리가 없는 시간", en: "Time without the ticking" },
    about: {
      ko: "바늘이 미끄러지듯 움직여 침실에 두어도 조용해요. 숫자 대신 열두 개의 점이 시간을 알려 줘요.",
      en: "The hands glide, so it stays silent in a bedroom. Twelve dots tell the time instead of numbers.",
    },
    facts: {
      ko: ["지름 28 cm, 물푸레나무 테", "AA 건전지 1개 (포함)", "3일 안에 발송"],
      en: ["28 cm across, ash frame", "One AA battery (included)", "Ships within 3 days"],
    },
  },
  {
    id: "stem-vase",
    price: 32000,
    name: { ko: "한 송이 화병", en: "Single-stem vase" },
    line: { ko: "한 송이면 충분해요", en: "One flower is enough" },
    about: {
      ko: "입구가 좁아 꽃 한 송이를 곧게 세워 줘요. 무광 유약이라 빛을 은은하게 머금어요.",
      en: "A narrow neck holds a single flower upright. The matt glaze keeps the light soft.",
    },
    facts: {
      ko: ["높이 22 cm, 백자", "꽃은 포함되지 않아요", "2일 안에 발송"],
      en: ["22 cm tall, white porcelain", "Flower not included", "Ships within 2 days"],
    },
  },
  {
    id: "evening-teapot",
    price: 59000,
    name: { ko: "저녁 찻주전자", en: "Evening teapot" },
    line: { ko: "두 사람이 나눠 마실 만큼", en: "Just enough for two" },
    about: {
      ko: "손에 꼭 맞는 손잡이와 끊김이 깔끔한 주둥이. 안쪽에 거름망이 함께 빚어져 있어 잎차를 그대로 우려요.",
      en: "A handle that fits the hand and a spout that never drips. The strainer is part of the pot, so leaves go straight in.",
    },
    facts: {
      ko: ["480 ml, 찻잔 별도", "불 위에 직접 올리지 마세요", "4일 안에 발송"],
      en: ["480 ml, cup sold separately", "Not for the stove", "Ships within 4 days"],
    },
  },
  {
    id: "walnut-tray",
    price: 45000,
    name: { ko: "호두나무 쟁반", en: "Walnut tray" },
    line: { ko: "결을 따라 깎은 타원", en: "An oval carved along the grain" },
    about: {
      ko: "통나무를 결을 따라 깎고 식물성 기름으로 세 번 마감했어요. 물기는 바로 닦아 주세요.",
      en: "Carved from one piece along the grain and oiled three times with plant oil. Please wipe it dry.",
    },
    facts: {
      ko: ["34 × 22 cm", "호두나무, 식물성 오일 마감", "3일 안에 발송"],
      en: ["34 × 22 cm", "Walnut, plant-oil finish", "Ships within 3 days"],
    },
  },
];

export const byId = (id) => products.find((product) => product.id === id);
