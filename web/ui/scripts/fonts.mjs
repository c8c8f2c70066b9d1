// Lays the fonts of printed pages (PDF) where the server finds them, with their licence (SIL OFL 1.1).
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const web = join(dirname(fileURLToPath(import.meta.url)), "../..");
const from = join(web, "node_modules/pretendard");
const to = join(web, "../damso/static/fonts");
mkdirSync(to, { recursive: true });
for (const weight of ["Regular", "Bold"])
  copyFileSync(
    join(from, `dist/public/static/alternative/Pretendard-${weight}.ttf`),
    join(to, `Pretendard-${weight}.ttf`),
  );
const licence = ["LICENSE", "LICENSE.txt", "dist/LICENSE.txt"].find((name) => existsSync(join(from, name)));
if (licence) copyFileSync(join(from, licence), join(to, "LICENSE.txt"));
