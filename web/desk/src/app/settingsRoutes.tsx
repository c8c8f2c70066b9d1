import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { desk } from "./deskRoute.tsx";

/** Settings come in one chunk of their own: an agent who answers mail all day never loads them. */
const page = (name: keyof typeof import("../features/settings/index.ts")) =>
  lazyRouteComponent(() => import("../features/settings/index.ts"), name);

const settings = createRoute({
  getParentRoute: () => desk,
  path: "/settings",
  component: page("SettingsPage"),
});
const getParentRoute = () => settings;

export const settingsRoutes = settings.addChildren([
  createRoute({
    getParentRoute,
    path: "/",
    beforeLoad: () => {
      // A phone shows the list of settings first; elsewhere it stands beside the first page.
      if (!matchMedia("(max-width: 767px)").matches)
        throw redirect({ to: "/settings/profile", replace: true });
    },
  }),
  createRoute({ getParentRoute, path: "/profile", component: page("ProfilePage") }),
  createRoute({ getParentRoute, path: "/security", component: page("SecurityPage") }),
  createRoute({ getParentRoute, path: "/exports", component: page("ExportsPage") }),
  createRoute({ getParentRoute, path: "/sign-in", component: page("SignInPolicyPage") }),
  createRoute({ getParentRoute, path: "/start", component: page("ChecklistPage") }),
  createRoute({ getParentRoute, path: "/people", component: page("PeoplePage") }),
  createRoute({ getParentRoute, path: "/teams", component: page("TeamsPage") }),
  createRoute({ getParentRoute, path: "/channels", component: page("ChannelsPage") }),
  createRoute({ getParentRoute, path: "/channels/new/$channel", component: page("ConnectPage") }),
  createRoute({ getParentRoute, path: "/channels/$inboxId", component: page("InboxSettingsPage") }),
  createRoute({ getParentRoute, path: "/brand", component: page("BrandPage") }),
  createRoute({ getParentRoute, path: "/canned-answers", component: page("CannedAnswersPage") }),
  createRoute({ getParentRoute, path: "/tags", component: page("TagsPage") }),
  createRoute({ getParentRoute, path: "/keys", component: page("KeysPage") }),
]);
