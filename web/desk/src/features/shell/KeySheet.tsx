import { type TextKey, useText } from "@damso/i18n";
import { Kbd } from "@damso/ui";
import { Button, Modal } from "@mantine/core";
import { IconKeyboard, IconPrinter } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useKeymap } from "../../app/keymap.ts";
import { ACTION_NAMES, FIXED_WRITING, PLACES } from "./keyNames.ts";
import classes from "./shell.module.css";

/** The agent's own keys, to look at and to print. */
export default function KeySheet({ onClose }: { onClose: () => void }) {
  const { t } = useText();
  const navigate = useNavigate();
  const keymap = useKeymap();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("keys.title")}
      size={640}
      closeButtonProps={{ "aria-label": t("action.close") }}
      classNames={{ content: classes.printed }}
    >
      <div className={classes.sheet}>
        {PLACES.map(({ title, actions }) => (
          <section key={title}>
            <h3 className={classes.sheetGroup}>{t(title)}</h3>
            {actions.map((action) => (
              <Line key={action} name={ACTION_NAMES[action]} combos={keymap[action] ?? []} />
            ))}
            {title === "keys.writing" &&
              FIXED_WRITING.map(([combo, name]) => <Line key={name} name={name} combos={[combo]} />)}
          </section>
        ))}
      </div>
      <div className={classes.sheetFoot}>
        <Button
          variant="subtle"
          data-size="small"
          leftSection={<IconPrinter size={16} stroke={1.6} />}
          onClick={() => window.print()}
        >
          {t("keys.print")}
        </Button>
        <Button
          variant="subtle"
          data-size="small"
          leftSection={<IconKeyboard size={16} stroke={1.6} />}
          onClick={() => {
            onClose();
            void navigate({ to: "/settings/keyboard" as never });
          }}
        >
          {t("keys.change")}
        </Button>
      </div>
    </Modal>
  );
}

function Line({ name, combos }: { name: TextKey; combos: string[] }) {
  const { t } = useText();
  return (
    <div className={classes.sheetRow}>
      <span>{t(name)}</span>
      <span className={classes.sheetKeys}>
        {combos.map((combo) => (
          <Kbd key={combo} combo={combo} />
        ))}
        {combos.length === 0 && <span className="faint">–</span>}
      </span>
    </div>
  );
}
