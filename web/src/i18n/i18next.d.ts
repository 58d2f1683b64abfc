import "i18next";
import type { zhDoor } from "./door/zh";
import type { zhFiles } from "./files/zh";
import type { zhTalk } from "./talk/zh";
import type { zh } from "./zh";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    returnNull: false;
    resources: { translation: typeof zh; door: typeof zhDoor; files: typeof zhFiles; talk: typeof zhTalk };
  }
}
