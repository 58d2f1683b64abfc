// The words of files kept with records. Loaded with the pages that say them.
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { enFiles } from "./en";
import { zhFiles } from "./zh";

i18next.addResourceBundle("zh", "files", zhFiles);
i18next.addResourceBundle("en", "files", enFiles);

/** Says the words of this part in the reader's language. */
export const useFiles = () => useTranslation("files").t;
