import { ApiError } from "@damso/api";
import { useText } from "@damso/i18n";
import { Notice } from "@damso/ui";

interface Props {
  ok: boolean;
  problems: string[];
  facts?: Record<string, string>;
}

/** What trying a connection found. */
export function CheckOutcome({ ok, problems, facts = {} }: Props) {
  const { t } = useText();
  return (
    <div role="status">
      <Notice tone={ok ? (problems.length > 0 ? "warn" : "info") : "danger"}>
        <div className="bold">{t(ok ? "channels.checkOk" : "channels.checkFailed")}</div>
        <ul>
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
          {Object.entries(facts).map(([name, fact]) => (
            <li key={name} className="muted small">
              {name}: {fact}
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  );
}

/** The problems that a refused save carries. */
export function problemsOf(error: unknown): string[] {
  return error instanceof ApiError && Array.isArray(error.problem.problems)
    ? (error.problem.problems as string[])
    : [];
}
