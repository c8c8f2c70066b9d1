import { Button, Modal, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import classes from "./parts.module.css";

interface Props {
  title: string;
  children: ReactNode;
  /** What must be typed: the name of the thing that cannot be brought back. */
  name: string;
  ask: string;
  confirm: string;
  cancel: string;
  onConfirm: () => void;
  onClose: () => void;
}

/** For what cannot be undone: asks for the name of the thing. */
export function ConfirmByName({ title, children, name, ask, confirm, cancel, onConfirm, onClose }: Props) {
  const [typed, setTyped] = useState("");
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": cancel }}>
      <form
        className={classes.confirm}
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() === name) onConfirm();
        }}
      >
        <p className="muted">{children}</p>
        <TextInput
          data-autofocus
          label={ask}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <div className={classes.confirmActions}>
          <Button variant="subtle" onClick={onClose}>
            {cancel}
          </Button>
          <Button type="submit" data-tone="danger" disabled={typed.trim() !== name}>
            {confirm}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
