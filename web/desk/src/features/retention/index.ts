export { AccessRequestsPage } from "./AccessRequestsPage.tsx";
export { HeldCasesPage } from "./HeldCasesPage.tsx";
export { RetentionPage } from "./RetentionPage.tsx";
