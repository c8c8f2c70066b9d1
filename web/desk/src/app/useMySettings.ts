import { ApiError, api, keys, type MySettings, type SettingsChange } from "@damso/api";
import { useText } from "@damso/i18n";
import { toast, toastError } from "@damso/ui";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "./messageOf.ts";

export const mySettingsQuery = queryOptions({
  queryKey: keys.mySettings,
  queryFn: api.me.settings,
  staleTime: Number.POSITIVE_INFINITY,
});

/** The desk as the agent has made it theirs. Only below the gate, which has fetched it. */
export function useMySettings(): MySettings {
  const { data } = useQuery(mySettingsQuery);
  if (!data) throw new Error("nobody is signed in here");
  return data;
}

/** Changes some of them. What another window changed meanwhile is shown instead of overwritten. */
export function useChangeSettings() {
  const { t } = useText();
  const client = useQueryClient();
  return useMutation({
    // One after the other: each goes from the version that the one before it made.
    scope: { id: "my-settings" },
    mutationFn: (change: SettingsChange) =>
      api.me.changeSettings(client.getQueryData<MySettings>(keys.mySettings)?.version ?? 0, change),
    onSuccess: (after) => {
      client.setQueryData<MySettings>(keys.mySettings, (known) =>
        known && known.version > after.version ? known : after,
      );
      toast(t("settings.saved"));
    },
    onError: (error) => {
      if (error instanceof ApiError && error.code === "SETTINGS_CHANGED")
        void client.invalidateQueries({ queryKey: keys.mySettings });
      toastError(messageOf(error, t));
    },
  });
}
