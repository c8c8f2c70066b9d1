import { api, keys, type Macro, type NewAct } from "@damso/api";
import { useText } from "@damso/i18n";
import { EmptyState, PickList, toastError } from "@damso/ui";
import { Button, Modal } from "@mantine/core";
import { IconUsersGroup, IconWand } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useMacros } from "../../app/useLists.ts";
import { runAct } from "../bulk/act.ts";
import { writeDraft } from "../composer/drafts.ts";
import classes from "./macros.module.css";
import { StepLines } from "./StepLines.tsx";

interface Props {
  target: Pick<NewAct, "cases" | "view" | "seen_at">;
  count: number;
  /** A case whose words the preview shows. */
  sample: string | undefined;
  first?: string;
  onClose: () => void;
  onRun?: () => void;
}

/** Choose a macro, see what it will do, run it. */
export function MacroDialog({ target, count, sample, first, onClose, onRun }: Props) {
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const macros = useMacros();
  const [chosenId, setChosenId] = useState(first ?? null);
  const chosen = macros.find((one) => one.id === chosenId);
  const { data: preview, error } = useQuery({
    queryKey: keys.macroPreview(chosenId ?? "", sample ?? ""),
    queryFn: () => api.macros.preview(chosenId ?? "", sample ?? ""),
    enabled: chosen !== undefined && sample !== undefined,
    staleTime: 0,
  });

  const run = async (macro: Macro) => {
    onClose();
    onRun?.();
    const said = (done: number) => t("macro.done", { count: done, name: macro.name });
    const act = await runAct(client, t, { ...target, macro_id: macro.id }, said);
    if (!act || act.done === 0 || count !== 1 || !sample || macro.steps.send) return;
    // What is open here takes the words into its composer, which the server has kept as a draft.
    if (preview?.answer) writeDraft(sample, { kind: "message", message: preview.answer });
  };

  return (
    <Modal
      opened
      onClose={onClose}
      size={520}
      title={chosen ? chosen.name : t("macro.run")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      {macros.length === 0 && (
        <EmptyState
          icon={<IconWand size={32} stroke={1.4} />}
          title={t("macro.noneTitle")}
          action={
            <Button
              variant="filled"
              onClick={() => {
                onClose();
                void navigate({ to: "/settings/macros" as never });
              }}
            >
              {t("macro.new")}
            </Button>
          }
        >
          {t("macro.noneText")}
        </EmptyState>
      )}
      {macros.length > 0 && !chosen && (
        <PickList
          placeholder={t("macro.search")}
          empty={t("state.noMatch")}
          onEscape={onClose}
          choices={macros.map((one) => ({
            id: one.id,
            label: one.name,
            hint: one.shared ? t("macro.shared") : undefined,
            mark: one.shared ? (
              <IconUsersGroup size={16} stroke={1.6} />
            ) : (
              <IconWand size={16} stroke={1.6} />
            ),
            run: () => setChosenId(one.id),
          }))}
        />
      )}
      {chosen && (
        <form
          className={classes.preview}
          onSubmit={(event) => {
            event.preventDefault();
            void run(chosen).catch((problem) => toastError(messageOf(problem, t)));
          }}
        >
          <p className="muted">{t("macro.will", { count })}</p>
          <StepLines steps={chosen.steps} preview={preview} />
          {error && <p className={classes.warn}>{messageOf(error, t)}</p>}
          {chosen.steps.send && preview && !preview.route && (
            <p className={classes.warn}>{t("macro.noWay")}</p>
          )}
          <div className={classes.actions}>
            {!first && (
              <Button variant="subtle" onClick={() => setChosenId(null)}>
                {t("action.back")}
              </Button>
            )}
            <Button type="submit" variant="filled" data-autofocus autoFocus>
              {t("macro.do")}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
