import {
  type Agent,
  api,
  type Brand,
  type CannedAnswer,
  type Inbox,
  keys,
  type Macro,
  type Tag,
  type Team,
} from "@damso/api";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMay } from "./useMe.ts";

/** The short lists that many screens choose from. Empty while they load (choosing waits, the screen does not) and for
 * whoever may not see them. */
const LONG = 5 * 60_000;

export const agentsQuery = queryOptions({ queryKey: keys.agents, queryFn: api.team.agents, staleTime: LONG });
export const teamsQuery = queryOptions({ queryKey: keys.teams, queryFn: api.team.list, staleTime: LONG });
export const tagsQuery = queryOptions({ queryKey: keys.tags, queryFn: api.tags.list, staleTime: LONG });
export const inboxesQuery = queryOptions({
  queryKey: keys.inboxes,
  queryFn: api.channels.inboxes,
  staleTime: LONG,
});
export const brandsQuery = queryOptions({ queryKey: keys.brands, queryFn: api.brands.list, staleTime: LONG });
export const cannedAnswersQuery = queryOptions({
  queryKey: keys.cannedAnswers,
  queryFn: api.cannedAnswers.list,
  staleTime: LONG,
});

export const macrosQuery = queryOptions({
  queryKey: keys.macros,
  queryFn: api.macros.list,
  staleTime: LONG,
});

/** People who can be given work: neither disabled nor still invited. */
export function useAgents(): Agent[] {
  return useQuery({ ...agentsQuery, select: working, enabled: useMay("team.read") }).data ?? [];
}

function working(agents: Agent[]): Agent[] {
  return agents.filter((agent) => !agent.disabled && !agent.invited);
}

export function useTeams(): Team[] {
  return useQuery({ ...teamsQuery, enabled: useMay("team.read") }).data ?? [];
}

export function useTags(): Tag[] {
  return useQuery({ ...tagsQuery, enabled: useMay("conversations.read") }).data ?? [];
}

export function useInboxes(): Inbox[] {
  return useQuery({ ...inboxesQuery, enabled: useMay("channels.read") }).data ?? [];
}

export function useBrands(): Brand[] {
  return useQuery({ ...brandsQuery, enabled: useMay("channels.read") }).data ?? [];
}

export function useCannedAnswers(): CannedAnswer[] {
  return useQuery({ ...cannedAnswersQuery, enabled: useMay("conversations.read") }).data ?? [];
}

export function useMacros(): Macro[] {
  return useQuery({ ...macrosQuery, enabled: useMay("conversations.write") }).data ?? [];
}
