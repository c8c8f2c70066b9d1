import { api } from "@damso/api";
import { useText } from "@damso/i18n";
import { PasswordInput } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";
import classes from "./session.module.css";

const PAUSE_MS = 300;

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error?: string;
  required?: boolean;
  /** What is known of the person: a password made of it is easily guessed. */
  about?: string[];
  /** Of an invitation. */
  token?: string;
}

/** Where a password is chosen: a meter that says what the server would say. */
export function NewPassword({ label, value, onChange, error, required, about = [], token = "" }: Props) {
  const { t } = useText();
  const hint = useId();
  const idea = usePaused(value, PAUSE_MS);
  const { data } = useQuery({
    // Only as long as the field is there: a password has no business in a cache.
    queryKey: ["password-strength", idea, ...about],
    queryFn: ({ signal }) =>
      api.session.passwordStrength({ password: idea, about: about.filter(Boolean), token }, signal),
    enabled: idea !== "",
    gcTime: 0,
    retry: false,
    placeholderData: keepPreviousData,
  });
  const judged = value ? data : undefined;
  return (
    <div>
      <PasswordInput
        label={label}
        description={judged ? undefined : t("field.passwordHint")}
        autoComplete="new-password"
        required={required}
        withAsterisk={false}
        aria-describedby={hint}
        visibilityToggleButtonProps={{ "aria-label": t("field.showPassword") }}
        value={value}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {judged && (
        <>
          <div
            className={classes.strength}
            data-enough={judged.enough}
            role="meter"
            aria-label={t("strength.label")}
            aria-valuemin={0}
            aria-valuemax={4}
            aria-valuenow={judged.score}
            aria-valuetext={judged.hint}
          >
            {[1, 2, 3, 4].map((step) => (
              <span key={step} data-on={judged.score >= step} />
            ))}
          </div>
          <p className="small muted" id={hint} aria-live="polite">
            {judged.hint}
          </p>
        </>
      )}
    </div>
  );
}

/** A value once it has not changed for a while. */
function usePaused(value: string, ms: number): string {
  const [paused, setPaused] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return value === "" ? "" : paused;
}
