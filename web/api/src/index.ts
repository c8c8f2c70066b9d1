export { api } from "./calls.ts";
export type * from "./contract.ts";
export { ApiError, type Problem, Unreachable } from "./error.ts";
export type { StatedReason } from "./http.ts";
export { keys } from "./keys.ts";
export { Live, type LiveState, openLive } from "./live.ts";
