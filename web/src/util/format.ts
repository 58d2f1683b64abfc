// Numbers and times in the reader's way. Pure: language, zone and the present are given.
import type { Language } from "@/i18n";

/** A unit of the calendar. */
export type Unit = "day" | "week" | "month" | "quarter" | "year";

export type Format = ReturnType<typeof makeFormat>;

/** "received e-mail" is "Received e-mail". */
export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** `withoutLabel("order · ¥5.00", "order")` is "¥5.00". */
export function withoutLabel(summary: string, label: string): string {
  return summary.startsWith(label) ? summary.slice(label.length).replace(/^ · /, "") : summary;
}

const day_ms = 86_400_000;

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["minute", 60_000],
  ["hour", 3_600_000],
  ["day", day_ms],
];

const counted = 10_000;

const currencies = new Map<string, Intl.NumberFormat>();

function moneyOf(locale: string, currency: string): Intl.NumberFormat {
  const key = `${locale} ${currency}`;
  const known = currencies.get(key) ?? new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: "narrowSymbol", trailingZeroDisplay: "stripIfInteger" });
  currencies.set(key, known);
  return known;
}

export function makeFormat(language: Language, zone: string | undefined) {
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  const at = zone === undefined || zone === "" ? {} : { timeZone: zone };
  const make = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { ...options, ...at });
  const number = new Intl.NumberFormat(locale);
  const oneDigit = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const exact = new Intl.NumberFormat(locale, { maximumFractionDigits: 4 });
  const civil = new Intl.DateTimeFormat(locale, { year: "numeric", month: "short", day: "numeric", timeZone: "UTC" });
  const civilMonth = new Intl.DateTimeFormat(locale, { year: "numeric", month: "short", timeZone: "UTC" });
  const civilWeekday = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });
  const civilNear = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", timeZone: "UTC" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  const clock = make({ hour: "2-digit", minute: "2-digit", hour12: false });
  const clockSeconds = make({ hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
  const day = make({ year: "numeric", month: "short", day: "numeric" });
  const dayNear = make({ month: "short", day: "numeric" });
  const weekday = make({ weekday: "short" });
  const near = language === "zh" ? [dayNear, weekday] : [weekday, dayNear];
  const full = make({ year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
  const key = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", ...at });

  return {
    number: (value: number) => number.format(value),
    /** A number that the server counted no further than one beyond `counted`. */
    count: (value: number) => (value > counted ? `${number.format(counted)}+` : number.format(value)),
    short: (value: number) => oneDigit.format(value),
    /** An exact decimal, such as "1234.5". */
    decimal: (value: string) => exact.format(value as Intl.StringNumericLiteral),
    money: (value: string, currency: string) => moneyOf(locale, currency).format(value as Intl.StringNumericLiteral),
    /** A day of the calendar, such as "2026-06-03", in no zone. */
    date: (value: string) => civil.format(new Date(`${value}T00:00:00Z`)),
    /** A stretch of the calendar by its first day, such as "2026年6月" or "Q2 2026". */
    period(first: string, unit: Unit): string {
      const start = new Date(`${first}T00:00:00Z`);
      if (unit === "day") return civil.format(start);
      if (unit === "week") {
        const end = new Date(start.getTime() + 6 * day_ms);
        if (language === "en") return civil.formatRange(start, end);
        return `${civil.format(start)} – ${start.getUTCMonth() === end.getUTCMonth() ? `${end.getUTCDate()}日` : civilNear.format(end)}`;
      }
      if (unit === "month") return civilMonth.format(start);
      const [year, quarter] = [start.getUTCFullYear(), Math.floor(start.getUTCMonth() / 3) + 1];
      if (unit === "year") return language === "zh" ? `${year}年` : String(year);
      return language === "zh" ? `${year}年第${quarter}季度` : `Q${quarter} ${year}`;
    },
    /** A day's weekday, and the day within its month. */
    weekday: (value: string) => civilWeekday.format(new Date(`${value}T00:00:00Z`)),
    dayNear: (value: string) => civilNear.format(new Date(`${value}T00:00:00Z`)),
    clock: (time: string) => clock.format(new Date(time)),
    clockSeconds: (time: string) => clockSeconds.format(new Date(time)),
    day: (time: string) => day.format(new Date(time)),
    full: (time: string) => full.format(new Date(time)),
    /** "2026-06-03" in the zone: equal for two times on one day. */
    dayKey: (time: string) => key.format(new Date(time)),
    /** The day for a separator: with its weekday when near, with its year when far. */
    dayHeading(time: string, now: number) {
      const date = new Date(time);
      return Math.abs(now - date.getTime()) < 180 * day_ms ? near.map((part) => part.format(date)).join(" ") : day.format(date);
    },
    /** "3 分钟前" up to a week, then the date; null when under a minute. */
    ago(time: string, now: number): string | null {
      const past_ms = now - new Date(time).getTime();
      if (past_ms < 60_000) return null;
      if (past_ms >= 7 * day_ms) return day.format(new Date(time));
      const [unit, unit_ms] = units.findLast(([, size]) => past_ms >= size) ?? ["minute", 60_000];
      return relative.format(-Math.floor(past_ms / unit_ms), unit);
    },
  };
}

const formats = new Map<string, Format>();

/** The format of a language and zone, made once: what it formats with takes long to make. */
export function formatOf(language: Language, zone: string | undefined): Format {
  const key = `${language} ${zone ?? ""}`;
  const known = formats.get(key) ?? makeFormat(language, zone);
  formats.set(key, known);
  return known;
}
