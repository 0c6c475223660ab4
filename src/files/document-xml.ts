const CORE =
  '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
const APP =
  '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
const OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
const META = `<?xml version="1.0" encoding="UTF-8"?><office:document-meta xmlns:office="${OFFICE}" office:version="1.2"><office:meta/></office:document-meta>`
const SETTINGS = `<?xml version="1.0" encoding="UTF-8"?><office:document-settings xmlns:office="${OFFICE}" office:version="1.2"/>`

/** Texts that hold nothing else than metadata, as they are when they say nothing. */
export const EMPTY: Readonly<Record<string, string>> = {
  "docProps/core.xml": CORE,
  "docProps/app.xml": APP,
  "meta.xml": META,
  "settings.xml": SETTINGS,
}

const NOBODY = "-"
const NO_TIME = "2000-01-01T00:00:00"

/** Elements that say nothing else than where a document lay, which sessions made it, or who holds it. */
const DROPPED = new Set("rsid rsidRoot docId attachedTemplate saveThroughXslt docVar absPath fileSharing".split(" "))
/** Elements whose text is a name or a time. */
const NAMES = new Set(["author", "dc:creator", "meta:creator-initials", "loext:sender-initials"])
const TIMES = new Set(["dc:date"])
/** Changes and comments of Word, which have a time of their own. */
const CHANGES = /^(?:ins|del|moveFrom|moveTo|comment|cellIns|cellDel|cellMerge|\w+(?:Change|RangeStart))$/

/** Attributes of an element by its local name: another value, or null where it goes. */
const ATTRIBUTES: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  person: { displayName: NOBODY, userId: NOBODY, providerId: "None" },
  author: { name: NOBODY, initials: NOBODY, userId: NOBODY, providerId: "None" },
  cmAuthor: { name: NOBODY, initials: NOBODY },
  threadedComment: { dT: NO_TIME },
  cm: { dt: NO_TIME, created: NO_TIME },
}
const PATHS = /^(?:file:|[A-Za-z]:[\\/]|\\\\|\/(?:home|Users)\/)/i

/** A text of a document without the names, times and paths that its author's program left in it. */
export function cleanXml(text: string): string {
  return mapTags(text, (tag, name) => {
    if (DROPPED.has(localOf(name)) && tag.endsWith("/>")) return ""
    return mapAttributes(tag, (attribute, value) => cleanAttribute(localOf(name), attribute, value))
  })
}

/** The value that stays, null where the attribute goes. */
function cleanAttribute(element: string, attribute: string, value: string): string | null {
  const own = ATTRIBUTES[element]
  if (own && Object.hasOwn(own, attribute)) return own[attribute] ?? null
  const local = localOf(attribute)
  const changed = attribute === local ? value : prefixedAttribute(element, local, value)
  if (changed === null || !PATHS.test(changed)) return changed
  return local === "Target" || local === "href" ? "about:blank" : ""
}

/** Attributes that stand at many elements, always with their program's prefix. */
function prefixedAttribute(element: string, local: string, value: string): string | null {
  if (local === "author" || local === "initials") return NOBODY
  const isSession = local.startsWith("rsid") || local === "dateUtc"
  const isTime = local === "date" && CHANGES.test(element)
  const isPrinter = local === "id" && element === "pageSetup"
  return isSession || isTime || isPrinter ? null : value
}

/** Takes entries that are dropped out of whatever lists them: relationships, content types, the manifest. */
export function dropRelationships(name: string, text: string, isDropped: (name: string) => boolean): string {
  // `word/_rels/document.xml.rels` speaks of what lies in `word/`.
  const folder = name.replace(/_rels\/[^/]*$/, "")
  const isListed = (tag: string, element: string): boolean => {
    if (name === "[Content_Types].xml" && element === "Override")
      return isDropped(attributeOf(tag, "PartName")?.replace(/^\//, "") ?? "")
    if (name === "META-INF/manifest.xml" && localOf(element) === "file-entry") {
      const path = attributeOf(tag, "manifest:full-path") ?? ""
      return isDropped(path) && !path.endsWith("/")
    }
    if (!name.endsWith(".rels") || localOf(element) !== "Relationship") return false
    const isTemplate = attributeOf(tag, "Type")?.endsWith("/attachedTemplate") === true
    return isTemplate || isDropped(resolved(folder, attributeOf(tag, "Target") ?? ""))
  }
  const isList = name.endsWith(".rels") || name === "[Content_Types].xml" || name === "META-INF/manifest.xml"
  return isList ? mapTags(text, (tag, element) => (isListed(tag, element) && tag.endsWith("/>") ? "" : tag)) : text
}

/**
 * The text with each tag changed, and names and times between tags too. Whoever wrote it controls every byte, so it is
 * gone through once and no pattern looks further than one tag.
 */
function mapTags(text: string, change: (tag: string, name: string) => string): string {
  const out: string[] = []
  let at = 0
  let inside = ""
  for (let start = text.indexOf("<"); start >= 0; start = text.indexOf("<", at)) {
    const between = text.slice(at, start)
    at = endOfTag(text, start)
    const tag = text.slice(start, at)
    const name = /^<\/?([\w.:-]{1,100})/.exec(tag)?.[1] ?? ""
    const said = between === "" ? between : NAMES.has(inside) ? NOBODY : TIMES.has(inside) ? NO_TIME : between
    out.push(said, change(tag, name))
    inside = tag.startsWith("</") || tag.endsWith("/>") ? "" : name
  }
  return [...out, text.slice(at)].join("")
}

/** Behind the `>` of a tag; where another tag begins first, there. */
function endOfTag(text: string, start: number): number {
  let quote = ""
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at] ?? ""
    if (char === "<") return at
    if (quote !== "") quote = char === quote ? "" : quote
    else if (char === '"' || char === "'") quote = char
    else if (char === ">") return at + 1
  }
  return text.length
}

const ATTRIBUTE = /\s([\w.:-]{1,100})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)')/g

function mapAttributes(tag: string, change: (name: string, value: string) => string | null): string {
  return tag.replaceAll(ATTRIBUTE, (all, name: string, double?: string, single?: string) => {
    const value = double ?? single ?? ""
    const changed = change(name, value)
    if (changed === value) return all
    return changed === null ? "" : ` ${name}="${changed}"`
  })
}

function attributeOf(tag: string, name: string): string | undefined {
  for (const [, found, double, single] of tag.matchAll(ATTRIBUTE)) if (found === name) return double ?? single
  return undefined
}

function localOf(name: string): string {
  return name.slice(name.indexOf(":") + 1)
}

function resolved(folder: string, target: string): string {
  const path: string[] = []
  for (const part of (target.startsWith("/") ? target.slice(1) : folder + target).split("/"))
    if (part === "..") path.pop()
    else path.push(part)
  return path.join("/")
}
