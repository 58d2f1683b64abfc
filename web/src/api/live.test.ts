import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openLive } from "./live";

type Heard = (message: { data: string }) => void;

class Stream {
  static last: Stream;
  static readonly CLOSED = 2;
  readyState = 1;
  readonly heard = new Map<string, Heard>();
  constructor() {
    Stream.last = this;
  }
  addEventListener = (name: string, heard: Heard) => void this.heard.set(name, heard);
  close = () => undefined;
  say = (name: string, data = "{}") => this.heard.get(name)?.({ data });
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Stream);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("reads anew when the server says that commits were left out, at once and then not too often", () => {
  const cache = new QueryClient();
  const anew = vi.spyOn(cache, "invalidateQueries");
  const close = openLive(cache);
  Stream.last.say("open");
  expect(anew).not.toHaveBeenCalled();
  for (let count = 0; count < 20; count += 1) Stream.last.say("resync");
  expect(anew.mock.calls).toEqual([[]]);
  vi.advanceTimersByTime(3_000);
  expect(anew).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(30_000);
  expect(anew).toHaveBeenCalledTimes(2);
  close();
});

it("leaves what nobody looks at as it is, to be fetched anew", () => {
  const cache = new QueryClient({ defaultOptions: { queries: { staleTime: 5_000 } } });
  const close = openLive(cache);
  const customer = { id: "cus_1", tags: [{ tag: "vip", rule: { id: "aut_1" } }] };
  cache.setQueryData(["customer", "cus_1"], customer);
  const cleared = { customer: { id: "cus_1" }, rule: { id: "aut_1" }, outcome: "clear_tag", name: "vip" };
  const commit = { seq: 1, events: 1, customers: ["cus_1"], decisions: [cleared], recent: [] };
  Stream.last.say("commit", JSON.stringify(commit));
  vi.advanceTimersByTime(1_000);
  expect(cache.getQueryState(["customer", "cus_1"])).toMatchObject({ data: customer, isInvalidated: true });
  close();
});
