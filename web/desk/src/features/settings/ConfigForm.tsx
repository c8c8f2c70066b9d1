import type { ConfigSchema, SchemaProperty } from "@damso/api";
import { type Locale, useText } from "@damso/i18n";
import { Button, NumberInput, PasswordInput, Select, Switch, TagsInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { CopyLine } from "./CopyLine.tsx";
import { fieldTexts, makeSecret } from "./configFields.ts";
import classes from "./settings.module.css";

export type Config = Record<string, unknown>;

interface Props {
  schema: ConfigSchema;
  config: Config;
  /** Sentences by field, named `config.<field>`. */
  errors: Record<string, string>;
  /** Secrets that are stored already: left empty they stay. */
  kept: string[];
  onChange: (config: Config) => void;
}

/** A settings form that a channel describes itself: no channel is known here by name. */
export function ConfigForm({ schema, config, errors, kept, onChange }: Props) {
  return (
    <>
      {Object.entries(schema.properties).map(([name, property]) => (
        <Field
          key={name}
          name={name}
          property={property}
          value={config[name] ?? property.default}
          required={schema.required?.includes(name) ?? false}
          kept={kept.includes(name)}
          error={errors[`config.${name}`] ?? errors[name]}
          onChange={(value) => onChange({ ...config, [name]: value })}
        />
      ))}
    </>
  );
}

interface FieldProps {
  name: string;
  property: SchemaProperty;
  value: unknown;
  required: boolean;
  kept: boolean;
  error: string | undefined;
  onChange: (value: unknown) => void;
}

function Field({ name, property, value, required, kept, error, onChange }: FieldProps) {
  const { t, locale } = useText();
  const { label, description } = fieldTexts(name, property, locale);
  const common = { label, description, error, required, withAsterisk: required };
  if (property.writeOnly) {
    return (
      <div className={classes.field}>
        <PasswordInput
          {...common}
          required={required && !kept}
          autoComplete="new-password"
          placeholder={kept ? t("config.kept") : undefined}
          visibilityToggleButtonProps={{ "aria-label": t("field.showPassword") }}
          value={String(value ?? "")}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
        {property.generate && <Generated form={property.generate} label={label} onMade={onChange} />}
      </div>
    );
  }
  if (property.enum) {
    const data = property.enum.map((one) => ({ value: one, label: choiceText(property, one, locale) }));
    return (
      <Select
        {...common}
        data={data}
        value={value === undefined ? null : String(value)}
        onChange={onChange}
      />
    );
  }
  if (property.type === "boolean") {
    return (
      <Switch
        label={label}
        description={description}
        error={error}
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  if (property.type === "integer" || property.type === "number") {
    return (
      <NumberInput
        {...common}
        hideControls
        allowDecimal={property.type === "number"}
        thousandSeparator=""
        min={property.minimum}
        max={property.maximum}
        value={value as number | undefined}
        onChange={onChange}
      />
    );
  }
  if (property.type === "array") {
    return (
      <TagsInput
        {...common}
        splitChars={[",", " "]}
        placeholder={t("config.listHint")}
        value={(value as string[] | undefined) ?? []}
        onChange={onChange}
      />
    );
  }
  return (
    <TextInput
      {...common}
      value={String(value ?? "")}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** Makes a secret and shows it, for it has to be taken to the other side as well. */
function Generated({
  form,
  label,
  onMade,
}: {
  form: "text" | "whsec";
  label: string;
  onMade: (secret: string) => void;
}) {
  const { t } = useText();
  const [made, setMade] = useState<string | null>(null);
  if (made) return <CopyLine value={made} label={label} />;
  return (
    <div>
      <Button
        data-size="small"
        onClick={() => {
          const secret = makeSecret(form);
          setMade(secret);
          onMade(secret);
        }}
      >
        {t("config.generate")}
      </Button>
    </div>
  );
}

function choiceText(property: SchemaProperty, value: string, locale: Locale): string {
  return property.choices?.[value]?.[locale] ?? value;
}
