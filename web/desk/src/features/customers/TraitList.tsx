import type { CustomerCard } from "@damso/api";
import { useText } from "@damso/i18n";
import { IconButton } from "@damso/ui";
import { Button, TextInput, Tooltip } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useMay } from "../../app/useMe.ts";
import { sourceText } from "./identityText.ts";
import classes from "./panel.module.css";
import { usePatchCustomer } from "./queries.ts";

/** What is known about the customer now, each value with its source; the agent may add and change. */
export function TraitList({ customer }: { customer: CustomerCard }) {
  const { t } = useText();
  const patch = usePatchCustomer(customer.id);
  return (
    <TraitTable
      title={t("trait.title")}
      traits={customer.traits}
      onSet={(key, value) => patch.mutate({ traits: { [key]: value } })}
    />
  );
}

interface TableProps {
  title: string;
  traits: { key: string; value?: unknown; source?: string; at?: string }[];
  onSet: (key: string, value: string | null) => void;
}

export function TraitTable({ title, traits, onSet }: TableProps) {
  const { t, format } = useText();
  const [editing, setEditing] = useState<string | null>(null);
  const writes = useMay("customers.write");
  const set = (key: string, value: string | null) => {
    setEditing(null);
    if (key) onSet(key, value);
  };

  return (
    <section className={classes.section}>
      <h3 className={classes.sectionTitle}>
        <span className="grow">{title}</span>
        {writes && (
          <IconButton label={t("trait.add")} size={24} onClick={() => setEditing("")}>
            <IconPlus size={14} stroke={1.8} />
          </IconButton>
        )}
      </h3>
      {traits.length === 0 && editing === null && <p className={classes.none}>{t("trait.none")}</p>}
      <ul className={classes.facts}>
        {traits.map((trait) =>
          editing === trait.key ? (
            <li key={trait.key}>
              <TraitForm
                name={trait.key}
                value={valueText(trait.value)}
                onSave={set}
                onCancel={() => setEditing(null)}
              />
            </li>
          ) : (
            <Tooltip
              key={trait.key}
              disabled={!trait.source || !trait.at}
              label={
                trait.source &&
                trait.at &&
                `${t("fact.source", { source: sourceText(trait.source, t) })}\n${format.moment(trait.at)}`
              }
              position="left"
              events={{ hover: true, focus: true, touch: true }}
              style={{ whiteSpace: "pre-line" }}
            >
              <li className={`${classes.fact} ${classes.trait}`}>
                <span className={`${classes.factName} cut`} title={trait.key}>
                  {trait.key}
                </span>
                {writes ? (
                  <>
                    <button
                      type="button"
                      className={`${classes.traitValue} cut`}
                      onClick={() => setEditing(trait.key)}
                    >
                      {valueText(trait.value)}
                    </button>
                    <IconButton
                      label={t("trait.remove", { name: trait.key })}
                      size={20}
                      className={classes.onHover}
                      onClick={() => set(trait.key, null)}
                    >
                      <IconX size={12} />
                    </IconButton>
                  </>
                ) : (
                  <span className={`${classes.traitValue} cut`}>{valueText(trait.value)}</span>
                )}
              </li>
            </Tooltip>
          ),
        )}
        {editing === "" && (
          <li>
            <TraitForm name="" value="" onSave={set} onCancel={() => setEditing(null)} />
          </li>
        )}
      </ul>
    </section>
  );
}

interface FormProps {
  name: string;
  value: string;
  onSave: (key: string, value: string) => void;
  onCancel: () => void;
}

function TraitForm({ name, value, onSave, onCancel }: FormProps) {
  const { t } = useText();
  const [key, setKey] = useState(name);
  const [text, setText] = useState(value);
  return (
    <form
      className={classes.traitForm}
      onKeyDown={(event) => event.key === "Escape" && onCancel()}
      onSubmit={(event) => {
        event.preventDefault();
        onSave(key.trim(), text.trim());
      }}
    >
      {name === "" && (
        <TextInput
          autoFocus
          aria-label={t("trait.key")}
          placeholder={t("trait.key")}
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
        />
      )}
      <TextInput
        autoFocus={name !== ""}
        aria-label={t("trait.value")}
        placeholder={t("trait.value")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className={classes.formActions}>
        <Button data-size="small" variant="subtle" onClick={onCancel}>
          {t("action.cancel")}
        </Button>
        <Button data-size="small" type="submit" variant="filled" disabled={!key.trim()}>
          {t("action.save")}
        </Button>
      </div>
    </form>
  );
}

export function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
