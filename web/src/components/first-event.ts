import type { Language } from "@/i18n";

const stand_in = { zh: "jwk_你的密钥", en: "jwk_YOUR_KEY" };
const name = { zh: "李静", en: "Li Jing" };

/** A command that sends a customer's name and a first order, as it would be typed in a terminal. */
export function firstEvent(language: Language, source: string, key: string | null): string {
  const time = `${new Date().toISOString().slice(0, 19)}Z`;
  const who = [{ scheme: "phone", value: "13800138000" }];
  const event = (id: string, type: string, data: object) =>
    [
      `    {"specversion":"1.0","id":"${id}","source":${JSON.stringify(source)},`,
      `     "type":"${type}","time":"${time}",`,
      `     "data":${JSON.stringify({ who, ...data })}}`,
    ].join("\n");
  return [
    `curl ${window.location.origin}/v1/events \\`,
    `  -H 'authorization: Bearer ${key ?? stand_in[language]}' \\`,
    "  -H 'content-type: application/cloudevents-batch+json' \\",
    "  -d '[",
    `${event("A-1", "customer.identified", { name: name[language] })},`,
    event("A-2", "order.placed", { amount: { value: "512.00", currency: "CNY" } }),
    "  ]'",
  ].join("\n");
}
