import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env.DAMSO_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "/desk/",
  plugins: [react()],
  // The server puts a fresh nonce in its place with each answer (damso/pages.py).
  html: { cspNonce: "CSP_NONCE" },
  build: {
    outDir: "../../damso/static/desk",
    emptyOutDir: true,
    target: "es2023",
    // Font files stay files: the browser fetches only the character ranges that a page shows.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules\/(react|react-dom|scheduler)\// },
            { name: "mantine", test: /node_modules\/(@mantine|@floating-ui|clsx)\// },
            { name: "tanstack", test: /node_modules\/@tanstack\// },
          ],
        },
      },
    },
  },
  server: {
    proxy: { "/api": { target: server, ws: true } },
  },
});
