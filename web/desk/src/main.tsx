import "@damso/ui/styles.css";
import "./app/app.css";
import { browserLocale, setLocale } from "@damso/i18n";
import { createRoot } from "react-dom/client";
import { App } from "./app/App.tsx";
import { lastLocale } from "./app/remembered.ts";

// The font is 92 small files by character range; the page does not wait for their list.
void import("@damso/ui/font.css");

await setLocale(lastLocale() ?? browserLocale());
createRoot(document.getElementById("root")!).render(<App />);
