import { api, type Conversation, keys } from "@damso/api";
import { useText } from "@damso/i18n";
import { ChannelMark, EmptyState, PickList, Skeleton } from "@damso/ui";
import { Modal } from "@mantine/core";
import { IconGitMerge } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useJoin } from "./useJoin.ts";

/** The customer's other cases, to join this one into. */
export function JoinDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const { t, format } = useText();
  const joining = useJoin(conversation.id);
  const { data } = useQuery({
    queryKey: keys.joinCandidates(conversation.id),
    queryFn: () => api.conversations.joinCandidates(conversation.id),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("join.title")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      {!data && <Skeleton label={t("state.loading")} rows={3} />}
      {data?.length === 0 && (
        <EmptyState icon={<IconGitMerge size={32} stroke={1.4} />} title={t("join.noneTitle")}>
          {t("join.noneText")}
        </EmptyState>
      )}
      {data && data.length > 0 && (
        <PickList
          placeholder={t("join.search")}
          empty={t("state.noMatch")}
          onEscape={onClose}
          choices={data.map((one) => ({
            id: one.id,
            label: one.subject || t("join.other"),
            hint: `${t(`status.${one.status}`)} · ${format.moment(one.last_message_at)}`,
            mark: <ChannelMark channel={one.channel} />,
            run: () => {
              onClose();
              joining.mutate(one.id);
            },
          }))}
        />
      )}
    </Modal>
  );
}
