// The name of a file is its author's word: it can hide what the file is, leave the folder that it is saved in, or have
// it run by a double click. Here it becomes something that can be shown and something that can be saved.

/** Characters that are not seen, or that change the order in which others are. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/gu
/** What file systems of some kind do not take in a name. */
const NOT_IN_NAMES = /[<>:"/\\|?*]/g
const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i
const LONGEST_BYTES = 180

/** Endings of what a machine may run, or show with scripts in it, when somebody opens it. */
const PROGRAMS = new Set(
  `ade adp apk app appx bash bat bin chm class cmd com command cpl csh deb desktop dll dmg docm dotm elf exe gadget hta htm
  html img inf ins ipa iso jar jnlp js jse ksh lnk mde mht mhtml mjs msc msi msix msp mst ocx one pkg php pif pl potm ppam
  ppsm pptm ps1 psm1 py pyw rb reg rpm run scf scr sct sh shtml sldm svg svgz swf sys url vb vbe vbs vhd vhdx workflow ws
  wsc wsf wsh xbap xhtml xht xla xlam xll xlsm xltm xsl xslt zsh`.split(/\s+/),
)
const KINDS = {
  picture: "avif bmp gif heic heif ico jpeg jpg png tif tiff webp",
  document: "doc docx epub odp odt pdf ppt pptx ps rtf",
  table: "csv ods tsv xls xlsx",
  text: "asc eml json log md txt xml yaml yml",
  archive: "7z bz2 gz kmz rar tar tgz xz zip zst",
  recording: "aac avi flac m4a mkv mov mp3 mp4 mpeg mpg oga ogg opus wav webm",
  map: "geojson gpkg gpx kml shp",
} as const

export type FileKind = keyof typeof KINDS | "program" | "other"
export const FILE_KINDS: readonly FileKind[] = [
  "picture",
  "document",
  "table",
  "text",
  "archive",
  "recording",
  "map",
  "program",
  "other",
]

/** The name as it can be shown: whatever is not seen is a mark in its place, and no run of spaces hides the ending. */
export function shownName(name: string): string {
  return name.normalize("NFC").replaceAll(UNSEEN, "\ufffd").replaceAll(/\s+/g, " ").trim() || "\ufffd"
}

/** The ending by which machines tell what a file is, in lower case and without its dot; empty where there is none. */
export function endingOf(name: string): string {
  // Some systems pass over dots and spaces at the end.
  const bare = name
    .normalize("NFKC")
    .replaceAll(UNSEEN, "")
    .replace(/[\s.]+$/, "")
  return /\.([^.\s/\\]{1,16})$/.exec(bare)?.[1]?.toLowerCase() ?? ""
}

/** What a file is by its ending: its author's claim, which decides what a machine does with it. */
export function fileKind(name: string): FileKind {
  const ending = endingOf(name)
  if (PROGRAMS.has(ending)) return "program"
  return FILE_KINDS.find((kind) => kind in KINDS && endingsOf(kind).includes(ending)) ?? "other"
}

function endingsOf(kind: FileKind): readonly string[] {
  return kind === "program" || kind === "other" ? [] : KINDS[kind].split(" ")
}

/** Why a name is not what it seems to be at a glance; undefined where it is. */
export function disguise(name: string): "unseen" | "two-endings" | undefined {
  if (shownName(name) !== name.normalize("NFC").trim()) return "unseen"
  const ending = endingOf(name)
  const before = name.slice(0, name.length - ending.length - 1)
  const seeming = fileKind(before)
  return ending !== "" && seeming !== "other" && seeming !== fileKind(name) && fileKind(name) !== "archive"
    ? "two-endings"
    : undefined
}

/** A name under which a file can be saved anywhere: no path, nothing unseen, and nothing that a double click would run. */
export function savedName(name: string): string {
  const bare = name
    .normalize("NFC")
    .replaceAll(NOT_IN_NAMES, "_")
    .replaceAll(UNSEEN, "_")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/^[\s.-]+|[\s.]+$/g, "")
  const cut = shortened(bare === "" ? "file" : bare)
  const safe = RESERVED.test(cut) ? `_${cut}` : cut
  return fileKind(safe) === "program" ? `${safe}.unsafe` : safe
}

/** At most so many bytes of UTF-8, with the ending kept. */
function shortened(name: string): string {
  const ending = endingOf(name)
  const tail = ending === "" ? "" : name.slice(name.lastIndexOf("."))
  let head = [...name.slice(0, name.length - tail.length)]
  const bytes = (text: string) => new TextEncoder().encode(text).length
  while (head.length > 1 && bytes(head.join("")) + bytes(tail) > LONGEST_BYTES) head = head.slice(0, -1)
  return head.join("") + tail
}
