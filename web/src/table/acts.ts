import { useLayoutEffect, useRef, useState } from "react";

type Acts = Record<string, (...given: never[]) => void>;

/** The same object from one drawing to the next, so that what is given it need not be drawn again; what it does is what was said last. */
export function useSameActs<T extends Acts>(acts: T): T {
  const last = useRef(acts);
  useLayoutEffect(() => {
    last.current = acts;
  });
  const [same] = useState(() => Object.fromEntries(Object.keys(acts).map((name) => [name, (...given: never[]) => last.current[name]?.(...given)])) as T);
  return same;
}
