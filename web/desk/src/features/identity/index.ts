export { IdentityPage } from "./IdentityPage.tsx";
export { QualityPage } from "./QualityPage.tsx";
