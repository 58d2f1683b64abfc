import { type ThemeConfig, theme } from "antd";

const font =
  'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';

const shared = {
  fontFamily: font,
  fontSize: 14,
  borderRadius: 8,
  borderRadiusSM: 6,
  borderRadiusLG: 12,
  controlHeight: 34,
  controlHeightSM: 26,
  controlHeightLG: 42,
  wireframe: false,
  motionDurationMid: "0.15s",
  motionDurationSlow: "0.22s",
  motion: !matchMedia("(prefers-reduced-motion: reduce)").matches,
};

/** What is smaller where more is to be seen at once. No control is smaller than a pointer needs. */
const dense = { fontSize: 13, controlHeight: 28, controlHeightSM: 24, controlHeightLG: 36, borderRadius: 6 };

/** antd's compact form with its gaps and paddings, and with letters and controls as large as was said. */
const compact: typeof theme.compactAlgorithm = (seed, map) => {
  const roomy = map ?? theme.defaultAlgorithm(seed);
  const kept = Object.entries(roomy).filter(([name]) => /^(font|lineHeight|controlHeight)/.test(name));
  return { ...theme.compactAlgorithm(seed, roomy), ...Object.fromEntries(kept) };
};

const light: ThemeConfig = {
  algorithm: theme.defaultAlgorithm,
  token: {
    ...shared,
    colorPrimary: "#0b756d",
    colorInfo: "#0b756d",
    colorLink: "#0b756d",
    colorError: "#ad3427",
    colorWarning: "#c2852a",
    colorTextBase: "#14201e",
    colorText: "#14201e",
    colorTextSecondary: "#465552",
    colorTextTertiary: "#5b6966",
    colorTextPlaceholder: "#5b6966",
    colorTextDescription: "#5b6966",
    colorBorder: "#cad4d0",
    colorBorderSecondary: "#e3e9e6",
    colorBgLayout: "#f6f8f7",
    colorBgContainer: "#ffffff",
  },
};

const dark: ThemeConfig = {
  algorithm: theme.darkAlgorithm,
  token: {
    ...shared,
    colorPrimary: "#2f9c8f",
    colorInfo: "#2f9c8f",
    colorLink: "#45bdae",
    colorError: "#ee8a7c",
    colorWarning: "#dcaa5a",
    colorText: "#e5edea",
    colorTextSecondary: "#a7b5b1",
    colorTextTertiary: "#92a19c",
    colorTextPlaceholder: "#92a19c",
    colorTextDescription: "#92a19c",
    colorBorder: "#36443f",
    colorBorderSecondary: "#222d2a",
    colorBgBase: "#0d1312",
    colorBgLayout: "#0d1312",
    colorBgContainer: "#131b19",
    colorBgElevated: "#19231f",
  },
  components: { Button: { primaryColor: "#04211d", colorPrimary: "#45bdae", colorPrimaryHover: "#74d3c6", colorPrimaryActive: "#2f9c8f" } },
};

const quietShadow = { Button: { primaryShadow: "none", defaultShadow: "none", dangerShadow: "none", contentFontSizeSM: 13, paddingInlineSM: 9 } };

export function themeFor(isDark: boolean, isDense: boolean): ThemeConfig {
  const chosen = isDark ? dark : light;
  const components = { ...chosen.components, Button: { ...quietShadow.Button, ...chosen.components?.Button } };
  if (!isDense) return { ...chosen, components };
  const algorithm = [isDark ? theme.darkAlgorithm : theme.defaultAlgorithm, compact];
  return { ...chosen, components, algorithm, token: { ...chosen.token, ...dense } };
}
