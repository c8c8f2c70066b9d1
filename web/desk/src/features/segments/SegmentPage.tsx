import { api, keys, type SegmentCard, type SegmentPerson } from "@damso/api";
import { useText } from "@damso/i18n";
import { ConfirmByName, IconButton, Notice, Skeleton, Time, toast, toastError } from "@damso/ui";
import { Button } from "@mantine/core";
import { IconArrowLeft, IconFileExport, IconHelpCircle, IconPencil } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { useMay } from "../../app/useMe.ts";
import layout from "../customers/customers.module.css";
import panel from "../customers/panel.module.css";
import { ExportDialog } from "../exports/ExportDialog.tsx";
import { Failed } from "../shell/Failed.tsx";
import { PersonLine } from "./PersonLine.tsx";
import { membersQuery, segmentQuery } from "./queries.ts";
import { SizeChart } from "./SizeChart.tsx";
import classes from "./segments.module.css";
import { WhyDialog } from "./WhyDialog.tsx";

export function SegmentPage() {
  const { segmentId } = useParams({ strict: false });
  const { t } = useText();
  const query = useQuery(segmentQuery(segmentId ?? ""));
  if (query.isError) return <Failed error={query.error} reset={() => void query.refetch()} />;
  if (!query.data) return <Skeleton label={t("state.loading")} rows={10} />;
  return <Segment key={query.data.id} segment={query.data} />;
}

function Segment({ segment }: { segment: SegmentCard }) {
  const { t } = useText();
  const router = useRouter();
  const writes = useMay("segments.write");
  const exports = useMay("customers.export");
  const [exporting, setExporting] = useState(false);
  return (
    <div className={layout.page}>
      <header className={layout.head}>
        <IconButton
          label={t("action.back")}
          onClick={() =>
            router.history.canGoBack() ? router.history.back() : void router.navigate({ to: "/segments" })
          }
        >
          <IconArrowLeft size={18} stroke={1.6} />
        </IconButton>
        <nav aria-label={t("segment.back")} className="grow cut">
          <Link to="/segments" className="muted">
            {t("room.segments")}
          </Link>
        </nav>
        {exports && (
          <Button
            leftSection={<IconFileExport size={16} stroke={1.8} />}
            aria-label={t("export.title")}
            onClick={() => setExporting(true)}
          >
            {t("export.title")}
          </Button>
        )}
        {exporting && (
          <ExportDialog
            title={t("export.members", { name: segment.name })}
            lead={t("export.membersText")}
            ask={(format, reason) => api.exports.members(segment.id, format, reason)}
            onClose={() => setExporting(false)}
          />
        )}
        {writes && (
          <Button
            leftSection={<IconPencil size={16} stroke={1.8} />}
            renderRoot={(props) => (
              <Link to="/segments/$segmentId/edit" params={{ segmentId: segment.id }} {...props} />
            )}
          >
            {t("segment.edit")}
          </Button>
        )}
      </header>
      <div className={layout.scroll}>
        <div className={classes.card}>
          <div>
            <h1 className={layout.who}>{segment.name}</h1>
            {segment.description && <p className={classes.description}>{segment.description}</p>}
            <p className={classes.sentence}>{segment.sentence}</p>
            {segment.state === "failed" && <Notice tone="danger">{t("segment.failedText")}</Notice>}
            {(segment.state === "building" || segment.state === "counting") && (
              <Notice tone="info">{t("segment.stateText")}</Notice>
            )}
            <section className={panel.section}>
              <h2 className={panel.sectionTitle}>{t("segment.size")}</h2>
              <SizeChart segment={segment} />
            </section>
            <Overlaps segment={segment} />
            {writes && <Removal segment={segment} />}
          </div>
          <Members segment={segment} />
        </div>
      </div>
    </div>
  );
}

function Overlaps({ segment }: { segment: SegmentCard }) {
  const { t, format } = useText();
  return (
    <section className={panel.section}>
      <h2 className={panel.sectionTitle}>{t("segment.overlap")}</h2>
      {segment.overlaps.length === 0 && <p className={panel.none}>{t("segment.overlapNone")}</p>}
      <ul className={classes.overlaps}>
        {segment.overlaps.map((one) => (
          <li key={one.segment_id}>
            <Link to="/segments/$segmentId" params={{ segmentId: one.segment_id }} className="cut">
              {one.name}
            </Link>
            <meter
              min={0}
              max={Math.max(1, segment.members)}
              value={one.shared}
              aria-label={t("segment.shared", { shared: format.number(one.shared) })}
            />
            <span className="num small">{t("segment.shared", { shared: format.number(one.shared) })}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Members({ segment }: { segment: SegmentCard }) {
  const { t, format } = useText();
  const sees = useMay("customers.read");
  const query = useInfiniteQuery({ ...membersQuery(segment.id, segment.members), enabled: sees });
  const [asked, setAsked] = useState<SegmentPerson | null>(null);
  const people = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (!sees) return null;
  return (
    <section>
      <h2 className={panel.sectionTitle}>
        {t("segment.people", { count: segment.members, members: format.number(segment.members) })}
      </h2>
      {query.isSuccess && people.length === 0 && <p className={panel.none}>{t("segment.peopleNone")}</p>}
      <ul>
        {people.map((one) => (
          <li key={one.customer_id} className={classes.person}>
            <PersonLine person={one} />
            {one.from_at && (
              <span className="small muted" title={t("segment.since")}>
                <Time at={one.from_at} />
              </span>
            )}
            <IconButton label={t("segment.why")} size={28} onClick={() => setAsked(one)}>
              <IconHelpCircle size={16} stroke={1.6} />
            </IconButton>
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <div className={layout.more}>
          <Button variant="subtle" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
            {t("action.more")}
          </Button>
        </div>
      )}
      {asked && <WhyDialog segmentId={segment.id} person={asked} onClose={() => setAsked(null)} />}
    </section>
  );
}

function Removal({ segment }: { segment: SegmentCard }) {
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.segments.remove(segment.id),
    onSuccess: async () => {
      toast(t("segment.removed"));
      await navigate({ to: "/segments", replace: true });
      void client.invalidateQueries({ queryKey: keys.segmentList });
    },
    onError: (error) => toastError(messageOf(error, t)),
  });
  return (
    <div className={classes.removal}>
      <Button data-size="small" variant="subtle" data-tone="danger" onClick={() => setAsking(true)}>
        {t("segment.remove")}
      </Button>
      {asking && (
        <ConfirmByName
          title={t("segment.remove")}
          name={segment.name}
          ask={t("segment.removeAsk")}
          confirm={t("segment.remove")}
          cancel={t("action.cancel")}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsking(false)}
        >
          {t("segment.removeText")}
        </ConfirmByName>
      )}
    </div>
  );
}
