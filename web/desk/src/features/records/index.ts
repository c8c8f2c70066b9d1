export { AccessLogPage } from "./AccessLogPage.tsx";
export { AuditLogPage } from "./AuditLogPage.tsx";
export { IntegrityPage } from "./IntegrityPage.tsx";
export { ReviewPage } from "./ReviewPage.tsx";
export { ReviewsPage } from "./ReviewsPage.tsx";
