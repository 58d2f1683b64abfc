import { createContext, type RefObject, useContext } from "react";

/** The element that scrolls a page. Lists that show only what is in view measure against it. */
export const ScrollContext = createContext<RefObject<HTMLElement | null>>({ current: null });
export const useScroll = () => useContext(ScrollContext);
