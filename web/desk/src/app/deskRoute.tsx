import type { SegmentRule } from "@damso/api";
import { ApiError } from "@damso/api";
import { createRootRoute, createRoute, Outlet, redirect } from "@tanstack/react-router";
import { Failed } from "../features/shell/Failed.tsx";
import { NotFound } from "../features/shell/NotFound.tsx";
import { Shell } from "../features/shell/Shell.tsx";
import { setKeymap } from "./keymap.ts";
import { queryClient } from "./queryClient.ts";
import { remember } from "./remembered.ts";
import { meQuery } from "./useMe.ts";
import { mySettingsQuery } from "./useMySettings.ts";

export const root = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: Failed,
});

/** Everything below needs somebody signed in. */
export const desk = createRoute({
  getParentRoute: () => root,
  id: "desk",
  component: Shell,
  errorComponent: Failed,
  beforeLoad: async ({ location }) => {
    try {
      const [me, settings] = await Promise.all([
        queryClient.ensureQueryData(meQuery),
        queryClient.ensureQueryData(mySettingsQuery),
      ]);
      remember("who", me.id);
      setKeymap(settings.keymap);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401)
        throw redirect({
          to: "/sign-in",
          search: { to: location.pathname === "/" ? undefined : location.href },
        });
      throw error;
    }
  },
});

/** What stands in the address is a string, or it is not there. */
/** A rule of segments in an address, which anybody may have typed: the server says whether it is one. */
export function ruleIn(given: unknown): SegmentRule | undefined {
  const kind = given && typeof given === "object" ? (given as { kind?: unknown }).kind : undefined;
  return typeof kind === "string" ? (given as SegmentRule) : undefined;
}

export function text(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}
