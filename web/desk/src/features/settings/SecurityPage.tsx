import { useText } from "@damso/i18n";
import { Page } from "./Page.tsx";
import { PasswordForm } from "./PasswordForm.tsx";
import { SecondFactorSection } from "./SecondFactorSection.tsx";
import { SessionSection } from "./SessionSection.tsx";

/** How one's own account is kept safe. */
export function SecurityPage() {
  const { t } = useText();
  return (
    <Page title={t("security.title")}>
      <SecondFactorSection />
      <SessionSection />
      <PasswordForm />
    </Page>
  );
}
