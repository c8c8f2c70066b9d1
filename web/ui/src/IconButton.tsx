import { ActionIcon, type ActionIconProps, Tooltip } from "@mantine/core";
import type { ComponentPropsWithRef, ReactNode } from "react";
import { Kbd } from "./Kbd.tsx";
import classes from "./parts.module.css";

interface Props extends ActionIconProps, Omit<ComponentPropsWithRef<"button">, keyof ActionIconProps> {
  label: string;
  combo?: string;
  /** Draws something else than a button, such as a link. */
  renderRoot?: (props: Record<string, unknown>) => ReactNode;
  children: ReactNode;
}

/** A button that is only a picture: its name is its label for everybody, its key stands in the tooltip. */
export function IconButton({ label, combo, children, ...rest }: Props) {
  const tip = (
    <span className={classes.tip}>
      {label}
      {combo && <Kbd combo={combo} />}
    </span>
  );
  return (
    <Tooltip label={tip} disabled={rest["aria-expanded"] === true}>
      <ActionIcon aria-label={label} {...rest}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
