import { api, type Conversation, keys, type RecordClass } from "@damso/api";
import { useText } from "@damso/i18n";
import { type Choice, PickList, toast, toastError } from "@damso/ui";
import { IconLock, IconLockOpen } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import type { ConversationActions } from "./useConversationActions.ts";

const CLASSES: RecordClass[] = ["conversation", "complaint", "contract", "payment", "advertising"];

interface Props {
  conversation: Conversation;
  actions: ConversationActions;
  onClose: () => void;
}

/** Which records a case belongs to, that is how long the law wants it; and whether nobody's rule may destroy it. */
export function RecordClassList({ conversation, actions, onClose }: Props) {
  const { t } = useText();
  const client = useQueryClient();
  const holds = useMay("customers.erase");
  const held = conversation.on_hold;
  const hold = useMutation({
    mutationFn: () =>
      held
        ? api.retention.liftHold(conversation.id)
        : api.retention.placeHold(conversation.id, t("hold.fromCase")),
    onSuccess: () => {
      toast(t(held ? "hold.lifted" : "hold.placed"));
      void client.invalidateQueries({ queryKey: keys.conversation(conversation.id) });
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  const choices: Choice[] = CLASSES.map((value) => ({
    id: value,
    label: t(`recordClass.${value}`),
    checked: conversation.record_class === value,
    group: t("property.record"),
    run: () => {
      onClose();
      actions.setRecordClass(value);
    },
  }));
  if (holds) {
    choices.push({
      id: "hold",
      label: t(held ? "hold.lift" : "hold.place"),
      mark: held ? <IconLockOpen size={16} stroke={1.6} /> : <IconLock size={16} stroke={1.6} />,
      group: t("hold.title"),
      run: () => {
        onClose();
        hold.mutate();
      },
    });
  }
  return (
    <PickList
      choices={choices}
      placeholder={t("property.record")}
      empty={t("state.noMatch")}
      onEscape={onClose}
    />
  );
}
