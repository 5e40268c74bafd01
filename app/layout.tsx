import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import { ThemeProvider } from "next-themes";
import type { ReactNode } from "react";
import { TAB_TITLES } from "@/components/common/tab-title";
import { Toasts } from "@/components/common/toasts";
import "./globals.css";

export const metadata: Metadata = {
  title: TAB_TITLES,
  description:
    "Improvements to a data product, each measured on a shadow copy or marked as an estimate, for you to review.",
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#ffffff" },
    { media: "(prefers-color-scheme: dark)", color: "#14181f" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Reading the request keeps every page out of the build: its scripts need the nonce of their answer.
  const nonce = (await headers()).get("x-nonce") ?? "";
  return (
    <html lang="en" suppressHydrationWarning>
      <body className="min-h-dvh font-sans">
        <ThemeProvider
          nonce={nonce}
          attribute="class"
          defaultTheme="system"
          disableTransitionOnChange
        >
          {children}
          <Toasts theme="system" position="bottom-right" />
        </ThemeProvider>
      </body>
    </html>
  );
}
