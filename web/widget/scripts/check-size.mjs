// Fails the build when a visitor would have to load more than we promise. Sizes are gzip, level 9.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const folder = new URL("../../../damso/static/widget/", import.meta.url);
const limits = [
  { name: "loader", limit: 10_000, files: /^widget\.js$/ },
  { name: "app", limit: 60_000, files: /^(app-.*\.(js|css)|frame\.html)$/ },
];

for (const { name, limit, files } of limits) {
  const found = readdirSync(folder).filter((file) => files.test(file));
  const size = found.reduce(
    (sum, file) => sum + gzipSync(readFileSync(new URL(file, folder)), { level: 9 }).length,
    0,
  );
  console.log(`${name}: ${size} of ${limit} bytes gzip (${found.join(", ")})`);
  if (found.length === 0 || size > limit) {
    console.error(`${name}: ${found.length === 0 ? "nothing was built" : `${size - limit} bytes too many`}`);
    process.exitCode = 1;
  }
}
