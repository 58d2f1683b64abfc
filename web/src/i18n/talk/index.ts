// The words of what people say about records, and of what they are told. Loaded with what says them.
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { enTalk } from "./en";
import { zhTalk } from "./zh";

i18next.addResourceBundle("zh", "talk", zhTalk);
i18next.addResourceBundle("en", "talk", enTalk);

/** Says the words of this part in the reader's language. */
export const useTalk = () => useTranslation("talk").t;
