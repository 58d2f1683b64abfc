import "./styles/tokens.css";
import "./styles/base.css";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { makeCache } from "./cache";
import { startLanguage } from "./i18n";
import { Providers } from "./layouts/providers";
import { makeRouter } from "./router";
import { startAppearance } from "./util/preferences";

startAppearance();
await startLanguage();

const cache = makeCache(() => void router.invalidate());
const router = makeRouter(cache);
const root = document.getElementById("root");

if (root) {
  createRoot(root).render(
    <StrictMode>
      <Providers cache={cache}>
        <RouterProvider router={router} />
      </Providers>
    </StrictMode>,
  );
}
