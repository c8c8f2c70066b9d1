/** What narrows the search, as it stands in the address; days are the reader's. */
export type Given = Partial<
  Record<"q" | "kind" | "status" | "inbox_id" | "assignee" | "channel" | "customer" | "from" | "to", string>
>;
