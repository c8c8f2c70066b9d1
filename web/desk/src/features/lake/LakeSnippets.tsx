import { useText } from "@damso/i18n";
import { IconButton, toast } from "@damso/ui";
import { SegmentedControl } from "@mantine/core";
import { IconCopy } from "@tabler/icons-react";
import { useState } from "react";
import classes from "./lake.module.css";

const TOOLS = ["damso", "DuckDB", "pandas", "Spark"] as const;
type Tool = (typeof TOOLS)[number];

/** How to ask the lake, in whatever somebody works with. All but the first read the files themselves. */
export function LakeSnippets({ url }: { url: string }) {
  const { t } = useText();
  const [tool, setTool] = useState<Tool>("damso");
  const code = snippet(tool, url);
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label={t("lake.tool")}
        data={[...TOOLS]}
        value={tool}
        onChange={(value) => setTool(value as Tool)}
      />
      <div className={classes.snippet}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll and must be reachable by keyboard */}
        <pre tabIndex={0} aria-label={tool} role="group">
          {code}
        </pre>
        <IconButton
          label={t("action.copy")}
          onClick={async () => {
            await navigator.clipboard.writeText(code);
            toast(t("action.copied"));
          }}
        >
          <IconCopy size={16} stroke={1.6} />
        </IconButton>
      </div>
    </>
  );
}

function snippet(tool: Tool, url: string): string {
  switch (tool) {
    case "damso":
      return `damso lake query --reason reporting \\
  "SELECT day, name, count(*) FROM event GROUP BY ALL ORDER BY 1, 2"`;
    case "DuckDB":
      return `SET VARIABLE lake = '${url}/';
CREATE TABLE manifest AS SELECT * FROM read_json(getvariable('lake') || 'manifest.json', maximum_object_size = 268435456);
SET VARIABLE files = (SELECT [getvariable('lake') || f.path FOR f IN streams.care.files] FROM manifest);
SET VARIABLE gone = (SELECT left_out.identity_ids FROM manifest);
SELECT day, name, count(*) FROM read_parquet(getvariable('files'), hive_partitioning = true)
WHERE identity_id IS NULL OR NOT list_contains(getvariable('gone')::BIGINT[], identity_id) GROUP BY ALL;`;
    case "pandas":
      return `import json, pandas as pd
lake = "${url}/"
manifest = json.load(open(lake + "manifest.json"))
events = pd.concat(pd.read_parquet(lake + f["path"]) for f in manifest["streams"]["care"]["files"])
events = events[~events["identity_id"].isin(manifest["left_out"]["identity_ids"])]`;
    case "Spark":
      return `import json
lake = "${url}/"
manifest = json.load(open(lake + "manifest.json"))
files = [lake + f["path"] for f in manifest["streams"]["care"]["files"]]
events = spark.read.option("basePath", lake + "events").parquet(*files)
gone = manifest["left_out"]["identity_ids"]
events = events.where(events.identity_id.isNull() | ~events.identity_id.isin(gone))`;
  }
}
