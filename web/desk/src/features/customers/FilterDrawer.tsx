import type { Id, SegmentRule } from "@damso/api";
import { useText } from "@damso/i18n";
import { Button, Drawer, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "../../app/useMe.ts";
import { Draft } from "../segments/Draft.tsx";
import { segmentsQuery } from "../segments/queries.ts";
import { RuleEditor } from "../segments/RuleEditor.tsx";
import { asRule, EVERYBODY, opened } from "../segments/rule.ts";
import classes from "./filter.module.css";

export interface Filter {
  segment?: Id;
  rule?: SegmentRule;
}

interface Props {
  filter: Filter;
  onApply: (filter: Filter) => void;
  onClose: () => void;
}

/** Which customers the list is to show: those of a segment, or whoever fits a rule that is made here. */
export function FilterDrawer({ filter, onApply, onClose }: Props) {
  const { t } = useText();
  const navigate = useNavigate();
  const writes = useMay("segments.write");
  const segments = useQuery(segmentsQuery);
  const [rule, setRule] = useState(() => (filter.rule ? opened(filter.rule) : EVERYBODY));
  const [settled] = useDebouncedValue(rule, 300);
  const empty = rule.rules.length === 0;
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={640}
      title={t("narrow.title")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          onApply(empty ? {} : { rule: asRule(rule) });
        }}
      >
        {segments.data && segments.data.length > 0 && (
          <Select
            label={t("narrow.segment")}
            placeholder={t("narrow.segmentNone")}
            searchable
            clearable
            data={segments.data.map((one) => ({ value: one.id, label: one.name }))}
            value={filter.segment ?? null}
            onChange={(segment) => onApply(segment ? { segment } : {})}
          />
        )}
        <h3 className={classes.title}>{t("narrow.rule")}</h3>
        <RuleEditor group={rule} path="rule" problems={{}} onChange={setRule} />
        <Draft rule={asRule(settled)} />
        <div className={classes.actions}>
          {writes && (
            <Button
              variant="subtle"
              disabled={empty}
              onClick={() => void navigate({ to: "/segments/new", search: { rule: asRule(rule) } })}
            >
              {t("narrow.save")}
            </Button>
          )}
          <Button type="submit" variant="filled">
            {t("narrow.apply")}
          </Button>
        </div>
      </form>
    </Drawer>
  );
}
