import { fromUtf8, utf8 } from "#register/bytes.ts"
import { crc32 } from "./crc.ts"
import { cleanXml, dropRelationships, EMPTY } from "./document-xml.ts"
import { cleanPicture } from "./pictures.ts"
import { joinParts, type Part, type Source, sourceOf, unreadable } from "./source.ts"
import { type Entry, type Inflate, readEntry, readZip, type Written, writeZip } from "./zip.ts"

/** Of one entry in memory at a time; a larger text or picture inside a document is not cleaned. */
const LONGEST_ENTRY = 4 << 20
/** Of all entries together, unpacked: more than any document has, and no work for long. */
const LONGEST_INSIDE = 256 << 20

/** Of Office Open XML: what holds nothing but who, when, with what. Nothing else refers to it but relationships. */
const DROPPED =
  /^(?:docProps\/(?:custom\.xml|thumbnail\.[a-z]+)|customXml\/.*|word\/people\.xml|ppt\/(?:changesInfos\/.*|revisionInfo\.xml)|(?:xl|word|ppt)\/printerSettings\/.*)$/
const ODF_DROPPED = /^(?:Thumbnails\/.*|(?:.*\/)?layout-cache)$/
/** What no rewriting makes clean: what was signed as it is, and programs. */
const UNCLEAN = /(?:^|\/)(?:_xmlsignatures\/|documentsignatures\.xml$|macrosignatures\.xml$|Basic\/|Scripts\/)/
/** What else may be in a document. Anything of another kind may hold anything: another document, a program. */
const XML = /\.(?:xml|rels|vml|rdf)$/
const PICTURE = /\.(?:jpe?g|jfif|png|webp)$/i
const FONT = /\.(?:odttf|fntdata|ttf|otf)$/i

/**
 * A document of Office Open XML or OpenDocument without its metadata: who wrote, changed and commented it, when, where it
 * lay and with what it was made; pictures in it are cleaned too. Its words stay. Unreadable for a signed document, one with
 * programs or other documents in it, or anything else whose inside is not known.
 */
export async function cleanDocument(source: Source, inflate: Inflate): Promise<Part[]> {
  const entries = await readZip(source)
  const names = new Set(entries.map(({ name }) => name))
  const isOoxml = names.has("[Content_Types].xml")
  const isOdf = entries[0]?.name === "mimetype" && names.has("content.xml")
  if (isOoxml === isOdf) unreadable()
  const isDropped = (name: string) => name.endsWith("/") || (isOoxml ? DROPPED : ODF_DROPPED).test(name)
  const kept = entries.filter(({ name }) => !isDropped(name))
  if (kept.reduce((sum, { size }) => sum + size, 0) > LONGEST_INSIDE) unreadable()
  const written: Written[] = []
  for (const entry of kept) written.push(await cleanEntry({ source, inflate, isOoxml, isDropped }, entry))
  return writeZip(written)
}

type Cleaning = { source: Source; inflate: Inflate; isOoxml: boolean; isDropped(name: string): boolean }

/** An entry as it will be written. New bytes are made once for their CRC, and once more when they are written. */
async function cleanEntry(cleaning: Cleaning, entry: Entry): Promise<Written> {
  const { name } = entry
  if (name === "mimetype" || FONT.test(name)) return { name, entry }
  const make = () => cleanBytes(cleaning, entry)
  const bytes = await make()
  // What was clean already stays as it is packed.
  if (bytes.length === entry.size && crc32(bytes) === entry.crc) return { name, entry }
  return { name, crc: crc32(bytes), fresh: { length: bytes.length, make } }
}

async function cleanBytes({ source, inflate, isOoxml, isDropped }: Cleaning, entry: Entry): Promise<Uint8Array> {
  const { name } = entry
  if (UNCLEAN.test(name)) unreadable()
  const empty = EMPTY[isOoxml ? name : name.slice(name.lastIndexOf("/") + 1)]
  if (empty !== undefined) return utf8(empty)
  const bytes = await readEntry(source, entry, inflate, LONGEST_ENTRY)
  if (PICTURE.test(name)) {
    const inner = sourceOf(bytes)
    return joinParts(inner, await cleanPicture(inner))
  }
  if (!XML.test(name)) unreadable()
  return utf8(cleanXml(dropRelationships(name, fromUtf8(bytes), isDropped)))
}
