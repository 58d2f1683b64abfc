// Our own small set of line icons on a 24 grid.
const paths = {
  customers: "M16 20v-1.5a4 4 0 0 0-4-4H7a4 4 0 0 0-4 4V20M9.5 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M21 20v-1.5a4 4 0 0 0-3-3.85M15.5 4.2a3.5 3.5 0 0 1 0 6.7",
  rules: "M4 6h6M4 12h4M4 18h6M14 12h6M17 9l3 3-3 3M10 6c3 0 2 6 4 6M10 18c3 0 2-6 4-6",
  events: "M3 12h4l2.5-7 5 14 2.5-7h4",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4M9 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14M20 20l-4-4",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5",
  sun: "M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9M12 2.5v2M12 19.5v2M4.2 4.2l1.4 1.4M18.4 18.4l1.4 1.4M2.5 12h2M19.5 12h2M4.2 19.8l1.4-1.4M18.4 5.6l1.4-1.4",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.5 10 17.5 19.5 7",
  minus: "M6 12h12",
  question: "M9.2 9a2.9 2.9 0 0 1 5.6 1c0 1.9-2.8 2.4-2.8 4.2M12 17.8v.1",
  lock: "M6.5 11h11a1.5 1.5 0 0 1 1.5 1.5v6a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 18.5v-6A1.5 1.5 0 0 1 6.5 11M8 11V8a4 4 0 0 1 8 0v3",
  unlock: "M6.5 11h11a1.5 1.5 0 0 1 1.5 1.5v6a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 18.5v-6A1.5 1.5 0 0 1 6.5 11M8 11V8a4 4 0 0 1 7.7-1.5",
  eye: "M2.5 12s3.5-6.5 9.5-6.5 9.5 6.5 9.5 6.5-3.5 6.5-9.5 6.5S2.5 12 2.5 12M12 14.7a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4",
  eye_off: "M4 4l16 16M10 5.7A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a16 16 0 0 1-2.6 3.3M6.3 7.4A15.6 15.6 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 4.2-1",
  download: "M12 4v11M7.5 11 12 15.5 16.5 11M5 20h14",
  undo: "M8.5 5 4 9.5 8.5 14M4 9.5h10a5.5 5.5 0 0 1 0 11h-3",
  user: "M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20.5a7.5 7.5 0 0 1 15 0",
  arrow: "M5 12h14M13 6l6 6-6 6",
  back: "M19 12H5M11 6l-6 6 6 6",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  trash: "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10.5 11v5M13.5 11v5",
  pause: "M8.5 5v14M15.5 5v14",
  play: "M8 5.5v13l10.5-6.5z",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7.5V12l3 2",
  task: "M4 5.5h16v14H4zM8 12.5l2.7 2.7L16 10",
  merge: "M7 3.5v4a5 5 0 0 0 5 5 5 5 0 0 0 5-5v-4M12 12.5v8M9 17.5l3 3 3-3",
  key: "M8 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9M12 12h9M17.5 12v3.5",
  chevron: "M7 10l5 5 5-5",
  spark: "M12 3.5l1.9 6.6 6.6 1.9-6.6 1.9-1.9 6.6-1.9-6.6L3.5 12l6.6-1.9z",
  vault: "M4 5h16v13.5H4zM7 18.5V21M17 18.5V21M12 15a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4M12 8.6V7M15.2 11.8h1.6",
  trade: "M5 8h14l-1 12H6zM8.5 8V7a3.5 3.5 0 0 1 7 0v1",
  visit: "M12 21s6.5-5.7 6.5-11a6.5 6.5 0 0 0-13 0c0 5.3 6.5 11 6.5 11M12 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6",
  talk: "M4 5h16v11.5h-9L6.5 20v-3.5H4zM8 9.5h8M8 12.5h5",
  service: "M4.5 14.5v-2.5a7.5 7.5 0 0 1 15 0v2.5M4.5 13.5h3v5.5h-1.5a1.5 1.5 0 0 1-1.5-1.5zM19.5 13.5h-3v5.5h1.5a1.5 1.5 0 0 0 1.5-1.5z",
  sales: "M4 18.5 10 12l3.5 3.5L20 8.5M15 8h5v5",
  device: "M7 7h10v10H7zM10 3.5V7M14 3.5V7M10 17v3.5M14 17v3.5M3.5 10H7M3.5 14H7M17 10h3.5M17 14h3.5",
  profile: "M4 5h16v14H4zM8.8 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4M6 16a3 3 0 0 1 5.6 0M14 9.5h3.5M14 13h3.5",
  why: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M9.6 9.6a2.5 2.5 0 0 1 4.9.7c0 1.6-2.4 2-2.4 3.6M12 16.8v.1",
  call: "M6.5 3.5h3l1.5 4.2-2 1.5a11 11 0 0 0 5.3 5.3l1.5-2 4.2 1.5v3a1.5 1.5 0 0 1-1.6 1.5A16 16 0 0 1 5 5.1a1.5 1.5 0 0 1 1.5-1.6",
  email: "M3.5 5.5h17v13h-17zM4 6l8 7 8-7",
  complaint: "M5 21V4M5 4.5c4-2 7 2 14 0v9c-7 2-10-2-14 0",
  survey: "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z",
  cart: "M3 4h2.5l2.2 11h10.3l2-8H6.2M9 20v.1M17 20v.1",
  web: "M4 5h16v14H4zM4 9h16M7 7v.1M9.5 7v.1",
  note: "M5 4h14v11l-5 5H5zM14 20v-5h5M8.5 8.5h7M8.5 12h4",
  consent: "M12 3l7.5 3v5.5c0 4.5-3 8-7.5 9.5-4.5-1.5-7.5-5-7.5-9.5V6zM8.5 12l2.5 2.5 4.5-4.5",
  table: "M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9",
  board: "M4 5h4.5v14H4zM9.8 5h4.5v9H9.8zM15.6 5H20v11h-4.4z",
  chart: "M4 20h16M7 16.5v-5M12 16.5V6M17 16.5v-8",
  calendar: "M4.5 6h15v14h-15zM4.5 10.5h15M8.5 3.5V7M15.5 3.5V7",
  dense: "M4 5h16M4 9.7h16M4 14.3h16M4 19h16",
  roomy: "M4 6h16M4 12h16M4 18h16",
  columns: "M4 5h16v14H4zM9.3 5v14M14.7 5v14",
  group: "M4 6h16M8 11h12M8 15h12M4 20h16M4 11v.1M4 15v.1",
  sort: "M8 5v14M4.5 15.5 8 19l3.5-3.5M16 19V5M12.5 8.5 16 5l3.5 3.5",
  grip: "M9 6v.1M15 6v.1M9 12v.1M15 12v.1M9 18v.1M15 18v.1",
  star: "M12 4l2.4 5 5.6.8-4 3.9.9 5.5-4.9-2.6-4.9 2.6.9-5.5-4-3.9 5.6-.8z",
  bars: "M4 20h16M7 20V11M12 20V5M17 20v-6",
  line: "M4 18 9.5 11l4 3.5L20 6",
  pie: "M12 3.5a8.5 8.5 0 1 0 8.5 8.5H12zM15 3.8a8.5 8.5 0 0 1 5.2 5.2H15z",
  number: "M9.5 4 7.5 20M16.5 4l-2 16M4.5 9h16M3.5 15h16",
  clip: "M19.5 11.5l-7.6 7.6a4.6 4.6 0 0 1-6.5-6.5l8-8a3 3 0 0 1 4.3 4.3l-8 8a1.5 1.5 0 0 1-2.1-2.1l7.1-7.2",
  image: "M4 5h16v14H4zM4 16l4.5-4.5 4 4 3-3L20 17M14.5 9.5v.1",
  bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 21h4",
  expand: "M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7",
  other: "M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10",
} as const;

export type IconName = keyof typeof paths;

/** Those that an object may have. */
export const offered = ["note", "sales", "trade", "service", "cart", "survey", "consent", "visit", "profile", "talk", "device", "call", "email", "complaint", "web", "clock", "task", "spark", "vault", "key"] as const satisfies readonly IconName[];

/** The icon of this name; a sheet of paper when there is none. */
export const iconNamed = (name: string): IconName => (name in paths ? (name as IconName) : "note");

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={size > 20 ? 1.5 : 1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      style={{ flex: "none", display: "block" }}
    >
      <path d={paths[name]} />
    </svg>
  );
}
