export { LakePage } from "./LakePage.tsx";
