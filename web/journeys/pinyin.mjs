// Pinyin initials by where a character sorts, apart from the server's own table.
const first = [..."阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥仨他屲夕丫帀"];
const letters = "abcdefghjklmnopqrstwxyz";
const order = new Intl.Collator("zh-u-co-pinyin");

/** `initials("李静")` is "lj". */
export const initials = (name) =>
  [...name].map((char) => letters[first.findLastIndex((start) => order.compare(start, char) <= 0)] ?? char).join("");
