/** What a consent can be for, as they are offered. */
export const PURPOSES = [
  "marketing",
  "night_marketing",
  "profiling",
  "overseas",
  "third_party",
  "service",
] as const;
