import { api, type Continuations, type Conversation, keys, type OfferedContinuation } from "@damso/api";
import { useText } from "@damso/i18n";
import { ChannelMark, Notice, Skeleton, Time, toast } from "@damso/ui";
import { Button, Modal, SegmentedControl } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useChannelName } from "../../app/useChannels.ts";
import { draftOf, writeDraft } from "../composer/drafts.ts";
import classes from "./continue.module.css";

interface Props {
  conversation: Conversation;
  onClose: () => void;
}

/** How often is looked whether the customer has opened the link. */
const LOOK = 3_000;

/** Lets the customer go on by another channel: a link or a code to send, a picture to show, and who has come. */
export function ContinueDialog({ conversation, onClose }: Props) {
  const { t, locale } = useText();
  const client = useQueryClient();
  const { id } = conversation;
  const [language, setLanguage] = useState<"ko" | "en">(locale);
  const found = useQuery({
    queryKey: keys.continuations(id),
    queryFn: () => api.conversations.continuations(id),
    refetchInterval: LOOK,
  });
  const offer = useMutation({
    mutationFn: (inboxId: string) => api.conversations.offerContinuation(id, inboxId, language),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.continuations(id) }),
  });
  const insert = (text: string) => {
    const before = draftOf(id).message.trimEnd();
    writeDraft(id, { kind: "message", message: before ? `${before}\n\n${text}` : text });
    toast(t("continuation.inserted"));
    onClose();
  };

  return (
    <Modal
      opened
      onClose={onClose}
      title={t("continuation.title")}
      size={520}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <div className={classes.dialog}>
        <p className="muted">{t("continuation.lead")}</p>
        {found.isPending && <Skeleton label={t("state.loading")} rows={3} />}
        {(found.isError || offer.isError) && (
          <Notice tone="danger" urgent>
            {messageOf(offer.error ?? found.error, t)}
          </Notice>
        )}
        {offer.data ? (
          <Made offer={offer.data} onInsert={insert} />
        ) : (
          found.data && (
            <>
              <SegmentedControl
                aria-label={t("continuation.language")}
                value={language}
                onChange={(value) => setLanguage(value as "ko" | "en")}
                data={[
                  { value: "ko", label: "한국어" },
                  { value: "en", label: "English" },
                ]}
              />
              <Targets targets={found.data.targets} busy={offer.isPending} onChoose={offer.mutate} />
            </>
          )
        )}
        {found.data && found.data.offers.length > 0 && (
          <Offers conversationId={id} offers={found.data.offers} />
        )}
      </div>
    </Modal>
  );
}

interface TargetsProps {
  targets: Continuations["targets"];
  busy: boolean;
  onChoose: (inboxId: string) => void;
}

function Targets({ targets, busy, onChoose }: TargetsProps) {
  const { t } = useText();
  const channelName = useChannelName();
  if (targets.length === 0) return <p className="muted">{t("continuation.nowhere")}</p>;
  return (
    <ul className={classes.targets} aria-label={t("continuation.where")}>
      {targets.map((target) => (
        <li key={target.inbox_id}>
          <Button
            fullWidth
            justify="flex-start"
            disabled={busy}
            leftSection={<ChannelMark channel={target.channel} size={16} />}
            onClick={() => onChoose(target.inbox_id)}
          >
            {[channelName(target.channel), target.name].join(" · ")}
          </Button>
        </li>
      ))}
    </ul>
  );
}

function Made({ offer, onInsert }: { offer: OfferedContinuation; onInsert: (text: string) => void }) {
  const { t, format } = useText();
  return (
    <>
      <div className={classes.made}>
        <img
          src={`data:image/svg+xml,${encodeURIComponent(offer.qr)}`}
          alt={t("continuation.qr")}
          className={classes.qr}
        />
        <p className={classes.text}>{offer.text}</p>
      </div>
      <p className="small muted">{t("continuation.until", { at: format.moment(offer.expires_at) })}</p>
      <div className={classes.actions}>
        <Button
          onClick={() => void navigator.clipboard.writeText(offer.text).then(() => toast(t("action.copied")))}
        >
          {t("action.copy")}
        </Button>
        <Button variant="filled" data-autofocus onClick={() => onInsert(offer.text)}>
          {t("continuation.insert")}
        </Button>
      </div>
    </>
  );
}

interface OffersProps {
  conversationId: string;
  offers: Continuations["offers"];
}

function Offers({ conversationId, offers }: OffersProps) {
  const { t } = useText();
  const client = useQueryClient();
  const channelName = useChannelName();
  const confirm = useMutation({
    mutationFn: api.conversations.confirmContinuation,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.continuations(conversationId) });
      void client.invalidateQueries({ queryKey: keys.conversation(conversationId) });
    },
  });
  const now = Date.now();
  return (
    <section>
      <h3 className={classes.heading}>{t("continuation.today")}</h3>
      {confirm.isError && (
        <Notice tone="danger" urgent>
          {messageOf(confirm.error, t)}
        </Notice>
      )}
      <ul className={classes.offers}>
        {offers.map((offer) => {
          const over = Date.parse(offer.expires_at) <= now;
          return (
            <li key={offer.id} className={classes.offer}>
              <ChannelMark channel={offer.channel} size={16} />
              <span className="grow cut">
                {[channelName(offer.channel), offer.inbox_name].join(" · ")}{" "}
                <Time at={offer.created_at} as="time" className="faint small" />
              </span>
              <span className="small muted">{t(`continuation.state.${stateOf(offer, over)}`)}</span>
              {offer.opened_at && !offer.confirmed_at && !over && (
                <Button
                  data-size="small"
                  loading={confirm.isPending}
                  onClick={() => confirm.mutate(offer.id)}
                >
                  {t("continuation.confirm")}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function stateOf(offer: Continuations["offers"][number], over: boolean) {
  if (offer.confirmed_at) return offer.confirmed_by === "agent" ? "agent" : "code";
  if (over) return "over";
  return offer.opened_at ? "opened" : "waiting";
}
