// Runs before anything is drawn: ?lang= wins, then the browser's languages, then Korean.
const asked = new URLSearchParams(location.search).get("lang");
const known = [asked, ...navigator.languages]
  .map((tag) => tag?.toLowerCase().slice(0, 2))
  .find((tag) => tag === "ko" || tag === "en");
document.documentElement.lang = known ?? "ko";
