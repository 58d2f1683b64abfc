import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env.JINGWEI_SERVER ?? "http://127.0.0.1:7080";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    manifest: true,
    // The content policy allows scripts and pictures only from our own origin, never from a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "base", test: /node_modules\/(react|react-dom|scheduler|@tanstack|i18next|react-i18next)\// },
            // What the first screen needs of antd, together: in one file it is smaller than in many.
            { name: "parts", test: /node_modules\/(@rc-component\/(menu|dropdown|overflow|trigger|motion|portal|resize-observer|util|tooltip|notification|dialog)|antd\/es\/(button|dropdown|tooltip|app|message|notification|modal|config-provider|theme|style|_util)|@ant-design\/(cssinjs|cssinjs-utils|fast-color|colors))\// },
          ],
        },
      },
    },
  },
  server: { proxy: { "/v1": server, "/healthz": server } },
});
