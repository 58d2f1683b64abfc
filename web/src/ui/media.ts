import type { IconName } from "./icon";

export type Kind = "image" | "pdf" | "text" | "audio" | "video";

/** How a browser shows a file, by its media type as the server found it; none that it would run. */
export function kindOf(mediaType: string): Kind | null {
  if (/^image\/(png|jpeg|gif|webp)$/.test(mediaType)) return "image";
  if (mediaType === "application/pdf") return "pdf";
  if (mediaType === "text/plain" || mediaType === "application/json") return "text";
  const [family] = mediaType.split("/");
  return family === "audio" || family === "video" ? family : null;
}

const icons: Record<Kind, IconName> = { image: "image", pdf: "note", text: "note", audio: "talk", video: "play" };

export const iconOf = (mediaType: string): IconName => {
  const kind = kindOf(mediaType);
  if (kind) return icons[kind];
  return /sheet|excel|csv/.test(mediaType) ? "table" : "clip";
};

/** The text of bytes: UTF-8 or UTF-16 where they are, and otherwise what Chinese programs write. */
export function textOf(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes.slice(0, 2));
  const marked = first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : null;
  if (marked) return new TextDecoder(marked).decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true }); // the end may be cut within a letter
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}
