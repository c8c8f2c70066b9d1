import { type TextKey, useText } from "@damso/i18n";
import { Kbd } from "@damso/ui";
import { Modal } from "@mantine/core";
import classes from "./shell.module.css";

const GROUPS: [TextKey, [string, TextKey][]][] = [
  [
    "keys.everywhere",
    [
      ["mod+k", "keys.palette"],
      ["g i", "keys.goInbox"],
      ["g c", "keys.goCustomers"],
      ["g o", "keys.goCompanies"],
      ["g f", "keys.goSearch"],
      ["g s", "keys.goSettings"],
      ["?", "keys.sheet"],
      ["z", "keys.undo"],
    ],
  ],
  [
    "keys.list",
    [
      ["j", "keys.next"],
      ["k", "keys.previous"],
      ["x", "keys.choose"],
      ["shift+x", "keys.chooseStretch"],
      ["mod+a", "keys.chooseAll"],
      ["[", "keys.foldViews"],
      ["]", "keys.foldCustomer"],
      ["/", "keys.search"],
    ],
  ],
  [
    "keys.conversation",
    [
      ["r", "keys.reply"],
      ["n", "keys.note"],
      ["e", "keys.resolve"],
      ["a", "keys.assign"],
      ["s", "keys.snooze"],
      ["t", "keys.tags"],
      ["p", "keys.priority"],
      ["m", "keys.macro"],
      ["h", "keys.remind"],
      ["shift+m", "keys.join"],
    ],
  ],
  [
    "keys.writing",
    [
      ["mod+enter", "keys.send"],
      ["mod+shift+enter", "keys.sendResolve"],
      ["mod+shift+l", "keys.sendLater"],
      ["/", "keys.canned"],
      ["@", "keys.mention"],
      ["esc", "keys.leave"],
    ],
  ],
];

export default function KeySheet({ onClose }: { onClose: () => void }) {
  const { t } = useText();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("keys.title")}
      size={640}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <div className={classes.sheet}>
        {GROUPS.map(([title, rows]) => (
          <section key={title}>
            <h3 className={classes.sheetGroup}>{t(title)}</h3>
            {rows.map(([combo, text]) => (
              <div key={text} className={classes.sheetRow}>
                <span>{t(text)}</span>
                <Kbd combo={combo} />
              </div>
            ))}
          </section>
        ))}
      </div>
    </Modal>
  );
}
