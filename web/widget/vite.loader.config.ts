import { defineConfig } from "vite";
import { outDir } from "./vite.config.ts";

/** The loader: one classic script with a stable name, `widget.js`, built after the chat and beside it. */
export default defineConfig({
  publicDir: false,
  build: {
    outDir,
    emptyOutDir: false,
    target: "es2022",
    lib: { entry: "src/loader/main.ts", formats: ["iife"], name: "damsoLoader", fileName: () => "widget.js" },
  },
});
