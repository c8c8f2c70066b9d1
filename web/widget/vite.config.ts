import { defineConfig } from "vite";

export const outDir = "../../damso/static/widget";

/**
 * The chat inside the iframe. Addresses are relative: the server shows `frame.html` as `/widget/frame` and the
 * hashed files beside it, under whatever path prefix it runs.
 */
export default defineConfig({
  base: "./",
  publicDir: false,
  build: {
    outDir,
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    assetsDir: "",
    // Nothing is inlined as data: or as a script, so that the frame's Content-Security-Policy stays 'self'.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: "frame.html",
      output: {
        entryFileNames: "app-[hash].js",
        chunkFileNames: "app-[hash].js",
        assetFileNames: "app-[hash][extname]",
      },
    },
  },
});
