import { createContext, useContext } from "react";

/** The name of the object whose records are shown here. */
export const ObjectName = createContext<string | null>(null);
export const useObjectName = () => useContext(ObjectName);
