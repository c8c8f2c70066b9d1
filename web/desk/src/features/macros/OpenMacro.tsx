import { closeMacro, useOpenMacro } from "./macroStore.ts";
import { MacroDialog } from "./RunMacroDialog.tsx";

/** A macro chosen in the palette. */
export function OpenMacro() {
  const open = useOpenMacro();
  if (!open) return null;
  return (
    <MacroDialog
      key={open.macroId}
      target={{ cases: [{ id: open.conversationId }] }}
      count={1}
      sample={open.conversationId}
      first={open.macroId}
      onClose={closeMacro}
    />
  );
}
