// Fails when a text is missing in one language, differs in its placeholders, is used but not written, or written but not used.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const read = (language) => JSON.parse(readFileSync(join(here, "../src", `${language}.json`), "utf8"));
const stem = (key) => key.replace(/_(zero|one|two|few|many|other)$/, "");
const languages = { ko: read("ko"), en: read("en") };
const problems = [];

const written = Object.fromEntries(
  Object.entries(languages).map(([language, texts]) => [
    language,
    new Map(Object.entries(texts).map(([key, text]) => [stem(key), text])),
  ]),
);
for (const [one, other] of [
  ["ko", "en"],
  ["en", "ko"],
]) {
  for (const [key, text] of written[one]) {
    if (!text.trim()) problems.push(`${one}: "${key}" is empty`);
    if (!written[other].has(key)) problems.push(`${other}: "${key}" is missing`);
    else if (placeholders(text) !== placeholders(written[other].get(key)))
      problems.push(`"${key}" has other placeholders in ${one} and ${other}`);
  }
}

const source = ["desk/src", "ui/src", "api/src"]
  .flatMap((folder) => files(join(here, "../..", folder)))
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");
const quoted = new Set(
  [...source.matchAll(/["'`]([a-z][\w-]*(?:\.[\w-]+)+)["'`]/g)].map((match) => match[1]),
);
const prefixes = [...source.matchAll(/`([a-z][\w-]*(?:\.[\w-]+)*\.)\$\{/g)].map((match) => match[1]);
for (const key of written.ko.keys()) {
  if (!quoted.has(key) && !prefixes.some((prefix) => key.startsWith(prefix)))
    problems.push(`"${key}" is used nowhere`);
}
for (const [, key] of source.matchAll(/\bt\(\s*["']([^"']+)["']/g)) {
  if (!written.ko.has(key)) problems.push(`"${key}" is used but not written`);
}

if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`${written.ko.size} texts, complete in ${Object.keys(languages).join(" and ")}`);

function placeholders(text) {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)]
    .map((match) => match[1])
    .sort()
    .join();
}

function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && [".ts", ".tsx"].includes(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name));
}
