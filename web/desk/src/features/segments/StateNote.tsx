import { useText } from "@damso/i18n";

/** What a segment is at, where it is not live yet. */
export function StateNote({ state }: { state: string }) {
  const { t } = useText();
  if (state === "failed") return <span className="small">{t("segment.state.failed")}</span>;
  return (
    <span className="small muted">
      {t(state === "counting" ? "segment.state.counting" : "segment.state.building")}
    </span>
  );
}
