// The words of signing in beyond the password, and of its settings. Loaded with the pages that say them.
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { enDoor } from "./en";
import { zhDoor } from "./zh";

i18next.addResourceBundle("zh", "door", zhDoor);
i18next.addResourceBundle("en", "door", enDoor);

/** Says the words of this part in the reader's language. */
export const useDoor = () => useTranslation("door").t;
