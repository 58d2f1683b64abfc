// The files of a ZIP archive: found by its central directory, stored or deflated, each held against its check value.
import assert from "node:assert/strict";
import { crc32, inflateRawSync } from "node:zlib";

const in_zip64 = 0xffffffff;

/** How many bytes a file takes in the archive; a size that the entry has no room for stands in its ZIP64 field. */
function packedSize(zip, entry, extra) {
  const size = zip.readUInt32LE(entry + 20);
  if (size !== in_zip64) return size;
  let field = extra;
  while (zip.readUInt16LE(field) !== 1) field += 4 + zip.readUInt16LE(field + 2);
  return Number(zip.readBigUInt64LE(field + 12));
}

function contentOf(zip, entry, extra) {
  const header = zip.readUInt32LE(entry + 42);
  const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
  const packed = zip.subarray(start, start + packedSize(zip, entry, extra));
  const content = zip.readUInt16LE(entry + 10) === 0 ? packed : inflateRawSync(packed);
  assert.equal(crc32(content), zip.readUInt32LE(entry + 16));
  return content;
}

/** `filesOf(zip).get("index.html")` is that file's content. */
export function filesOf(zip) {
  const files = new Map();
  const end = zip.lastIndexOf("PK\x05\x06");
  let entry = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const extra = entry + 46 + zip.readUInt16LE(entry + 28);
    files.set(zip.toString("utf8", entry + 46, extra), contentOf(zip, entry, extra));
    entry = extra + zip.readUInt16LE(entry + 30) + zip.readUInt16LE(entry + 32);
  }
  return files;
}
