import type { Ref } from "preact";
import { useId } from "preact/hooks";

interface FieldProps {
  label: string;
  /** Which keyboard a phone shows. */
  inputMode?: "email" | "tel" | "numeric";
  autoComplete?: "name" | "email" | "tel" | "one-time-code";
  placeholder?: string;
  hint?: string;
  value: string;
  problem?: string | null;
  inputRef?: Ref<HTMLInputElement>;
  onValue(value: string): void;
}

/** A labelled input whose problem stands right below it and is read with it. */
export function Field({ label, hint, value, problem, inputRef, onValue, ...rest }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>
        {label}
        {hint && <span class="hint"> {hint}</span>}
      </label>
      <input
        {...rest}
        autocapitalize={rest.inputMode ? "off" : undefined}
        id={id}
        ref={inputRef}
        value={value}
        aria-invalid={problem ? "true" : undefined}
        aria-describedby={problem ? `${id}-problem` : undefined}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      {problem && (
        <p class="problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
