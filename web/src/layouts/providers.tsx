import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import type { ReactNode } from "react";
import { useLanguage } from "@/components/language";
import { useDark, useDense } from "@/util/preferences";
import { themeFor } from "./theme";

function Look({ children }: { children: ReactNode }) {
  const language = useLanguage();
  const dark = useDark();
  const dense = useDense();
  return (
    <ConfigProvider locale={language === "zh" ? zhCN : enUS} theme={themeFor(dark, dense)} button={{ autoInsertSpace: false }}>
      <App component={false} message={{ maxCount: 3 }}>
        {children}
      </App>
    </ConfigProvider>
  );
}

export function Providers({ cache, children }: { cache: QueryClient; children: ReactNode }) {
  return (
    <QueryClientProvider client={cache}>
      <Look>{children}</Look>
    </QueryClientProvider>
  );
}
