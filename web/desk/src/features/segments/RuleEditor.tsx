import { useText } from "@damso/i18n";
import { IconButton } from "@damso/ui";
import { Button, Checkbox, Menu, SegmentedControl } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { LeafFields } from "./LeafFields.tsx";
import { blank, EVERYBODY, type Group, isGroup, KINDS, type Leaf, type Node } from "./rule.ts";
import classes from "./segments.module.css";

/** Groups inside one another; the server allows eight levels. */
const DEEPEST = 4;

interface Props {
  group: Group;
  /** Where in the rule this group stands, as the server names places in its answers. */
  path: string;
  problems: Record<string, string>;
  depth?: number;
  onChange: (group: Group) => void;
}

/** A group of conditions: all of them, or any. */
export function RuleEditor({ group, path, problems, depth = 0, onChange }: Props) {
  const { t } = useText();
  // Conditions are known by their place; where one is taken out, those behind it are drawn afresh.
  const [removals, setRemovals] = useState(0);
  const replace = (place: number, node: Node | null) => {
    if (!node) setRemovals(removals + 1);
    onChange({
      ...group,
      rules: group.rules.flatMap((one, at) => (at !== place ? [one] : node ? [node] : [])),
    });
  };
  const add = (node: Node) => onChange({ ...group, rules: [...group.rules, node] });
  return (
    <fieldset className={classes.group} data-inner={depth > 0}>
      <legend className="sr-only">{t("rule.match")}</legend>
      <SegmentedControl
        size="xs"
        className={classes.match}
        aria-label={t("rule.match")}
        value={group.kind}
        onChange={(kind) => onChange({ ...group, kind: kind as Group["kind"] })}
        data={[
          { value: "and", label: t("rule.all") },
          { value: "or", label: t("rule.any") },
        ]}
      />
      {group.rules.length === 0 && depth === 0 && <p className="small muted">{t("rule.everybody")}</p>}
      <ul className={classes.conditions}>
        {group.rules.map((node, place) => (
          <li key={`${removals} ${place}`} className={classes.condition}>
            <Condition
              node={node}
              path={`${path}.rules.${place}`}
              problems={problems}
              depth={depth}
              onChange={(changed) => replace(place, changed)}
            />
            <IconButton label={t("rule.remove")} size={28} onClick={() => replace(place, null)}>
              <IconX size={14} />
            </IconButton>
          </li>
        ))}
      </ul>
      <div className={classes.adders}>
        <Menu position="bottom-start">
          <Menu.Target>
            <Button data-size="small" variant="subtle" leftSection={<IconPlus size={14} stroke={1.8} />}>
              {t("rule.add")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {KINDS.map((kind) => (
              <Menu.Item key={kind} onClick={() => add(blank(kind))}>
                {t(`rule.kind.${kind}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        {depth < DEEPEST && (
          <Button data-size="small" variant="subtle" onClick={() => add({ ...EVERYBODY, kind: "or" })}>
            {t("rule.group")}
          </Button>
        )}
      </div>
    </fieldset>
  );
}

interface ConditionProps {
  node: Node;
  path: string;
  problems: Record<string, string>;
  depth: number;
  onChange: (node: Node) => void;
}

function Condition({ node, path, problems, depth, onChange }: ConditionProps) {
  const { t } = useText();
  const negated = node.kind === "not";
  const inner = negated ? node.rule : node;
  const place = negated ? `${path}.rule` : path;
  const set = (changed: Node) => onChange(negated ? { kind: "not", rule: changed } : changed);
  const found = Object.entries(problems).find(([field]) => field === place || field.startsWith(`${place}.`));
  return (
    <div className={classes.conditionBody}>
      <div className={classes.conditionHead}>
        <span className="small muted">
          {t(isGroup(inner) ? "rule.kind.group" : `rule.kind.${inner.kind as Leaf["kind"]}`)}
        </span>
        <Checkbox
          size="xs"
          label={t("rule.not")}
          checked={negated}
          onChange={() => onChange(negated ? inner : { kind: "not", rule: inner })}
        />
      </div>
      {isGroup(inner) ? (
        <RuleEditor group={inner} path={place} problems={problems} depth={depth + 1} onChange={set} />
      ) : inner.kind === "not" ? (
        <Condition node={inner} path={place} problems={problems} depth={depth} onChange={set} />
      ) : (
        <>
          <LeafFields leaf={inner} onChange={set} />
          {found && <p className={classes.problem}>{found[1]}</p>}
        </>
      )}
    </div>
  );
}
