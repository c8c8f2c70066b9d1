export { EnrichmentPage } from "./EnrichmentPage.tsx";
